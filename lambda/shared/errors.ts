/** An error of ours: its message names rules, fields and identifiers but never a value, so it may be logged. */
export class PipelineError extends Error {
  override readonly name = "PipelineError";
}

/** What may be logged of an error: messages of others can quote the data that they complain about. */
export function describeError(error: unknown): { error: string; reason?: string } {
  if (error instanceof PipelineError) return { error: error.name, reason: error.message };
  return { error: error instanceof Error ? error.name : "unknown" };
}

/** Whether AWS refused a write because its condition did not hold. */
export function isConditionFailure(error: unknown): boolean {
  return error instanceof Error && error.name === "ConditionalCheckFailedException";
}
