import { PipelineError } from "../../shared/errors";
import type { TransactionReceived } from "../events";

export interface DetectorInput {
  readonly ruleId: string;
  readonly detail: TransactionReceived;
}

/** Checks what the rule's target sends. Throws when the parts that make keys are missing. */
export function parseInput(event: unknown): DetectorInput {
  const { ruleId, detail } = (event ?? {}) as Partial<DetectorInput>;
  const texts = [ruleId, detail?.transactionId, detail?.receivedAt, detail?.trace?.traceId, detail?.trace?.header];
  if (ruleId === undefined || detail === undefined || !texts.every((text) => typeof text === "string")) {
    throw new PipelineError('the input is not {"ruleId", "detail"} of a TransactionReceived');
  }
  return { ruleId, detail };
}
