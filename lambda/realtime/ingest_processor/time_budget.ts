import type { Context } from "aws-lambda";

/** Milliseconds until AWS Lambda ends the invocation, which the client would see as a gateway error. */
export type TimeLeft = () => number;

/** What is left, in milliseconds, for the answer and for the copy in the failure queue when a dependency is slow. */
export const TIME_TO_ANSWER = 500;
export const TIME_TO_KEEP = 1_500;

/** Without a clock of AWS Lambda's, as in a program that calls the handler itself, there is time for everything. */
export function timeLeftOf(context: Partial<Context>): TimeLeft {
  return () => context.getRemainingTimeInMillis?.() ?? 10_000;
}
