import type { Transaction } from "../events";
import { isTimeZone } from "./time_zone";
import { parseTimestamp } from "./timestamp";

/** One field of the request. `read` gives the normalised value, or undefined when the rule is broken. */
interface FieldRule {
  readonly field: keyof Transaction;
  readonly rule: string;
  readonly optional?: true;
  readonly read: (value: unknown, now: number) => unknown;
}

const AMOUNT_LIMIT = 5e9;
const YEAR_2000 = Date.UTC(2000, 0);
const CLOCK_SKEW = 5 * 60_000;

const text = (pattern: RegExp) => (value: unknown) =>
  typeof value === "string" && pattern.test(value) ? value : undefined;

function readTimestamp(value: unknown, now: number): string | undefined {
  const time = typeof value === "string" ? parseTimestamp(value) : undefined;
  if (time === undefined || time < YEAR_2000 || time > now + CLOCK_SKEW) return undefined;
  return new Date(time).toISOString();
}

function readAmount(value: unknown): number | undefined {
  if (typeof value !== "number" || Math.abs(value) > AMOUNT_LIMIT) return undefined;
  // Adding 0 turns -0 into 0; toFixed(2) gives the number back only if it has no further decimals.
  return Number(value.toFixed(2)) === value ? value + 0 : undefined;
}

/** In the order of the published detail. */
export const FIELD_RULES: readonly FieldRule[] = [
  { field: "transactionId", rule: "8 to 64 of A-Z a-z 0-9 _ -", read: text(/^[A-Za-z0-9_-]{8,64}$/) },
  { field: "accountId", rule: "a token: 6 to 64 of A-Z a-z 0-9 _ -", read: text(/^[A-Za-z0-9_-]{6,64}$/) },
  { field: "ts", rule: "an RFC 3339 time with zone, from 2000 to five minutes from now", read: readTimestamp },
  { field: "amount", rule: "a number from -5e9 to 5e9 with at most two decimals", read: readAmount },
  { field: "currency", rule: "three capital letters", read: text(/^[A-Z]{3}$/) },
  { field: "region", rule: "a region such as us-east-1", read: text(/^[a-z]{2}(-[a-z]+)+-[0-9]$/) },
  {
    field: "merchantId",
    optional: true,
    rule: "1 to 64 characters, no control characters",
    // Unassigned characters are let through: which these are depends on the version of Node.js.
    read: text(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]{1,64}$/u),
  },
  {
    field: "merchantCategory",
    rule: "2 to 32 of a-z 0-9 -, a letter first",
    read: text(/^[a-z][a-z0-9-]{1,31}$/),
  },
  {
    field: "cardNotPresent",
    rule: "true or false",
    read: (value) => (typeof value === "boolean" ? value : undefined),
  },
  { field: "country", rule: "two capital letters", read: text(/^[A-Z]{2}$/) },
  {
    field: "cardholderTimeZone",
    rule: "an IANA time zone such as Europe/Berlin",
    read: (value) => (typeof value === "string" && isTimeZone(value) ? value : undefined),
  },
];
