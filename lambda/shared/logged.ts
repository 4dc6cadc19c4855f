import { describeError } from "./errors";
import type { Logger } from "./logger";

/** Runs the work, and logs its error before throwing it on: AWS Lambda tries again, then tells the failure destination. */
export async function logged<T>(logger: Logger, message: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    logger.log("error", message, describeError(error));
    throw error;
  }
}
