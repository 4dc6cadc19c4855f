import { PipelineError } from "../../shared/errors";
import type { FraudSuspected } from "../events";

export interface Alert {
  readonly subject: string;
  readonly message: string;
  readonly attributes: Readonly<Record<"ruleId" | "severity", string>>;
}

/** The detail of an EventBridge event FraudSuspected. Throws when the parts that make keys are missing. */
export function parseEvent(event: unknown): FraudSuspected {
  const { detail } = (event ?? {}) as { detail?: Partial<FraudSuspected> };
  const texts = [detail?.transactionId, detail?.receivedAt, detail?.ruleId, detail?.severity, detail?.trace?.traceId];
  if (!texts.every((text) => typeof text === "string")) throw new PipelineError("the event is not FraudSuspected");
  return detail as FraudSuspected;
}

export function alertKey({ transactionId, receivedAt, ruleId }: FraudSuspected) {
  return { transactionId, ts: `${receivedAt}#alert#${ruleId}` };
}

export function alertRecord(detail: FraudSuspected) {
  const { receivedAt, ruleId, ruleVersion, severity, trace } = detail;
  return { ...alertKey(detail), kind: "alert", receivedAt, ruleId, ruleVersion, severity, traceId: trace.traceId };
}

export function alert({ trace: _trace, ...message }: FraudSuspected): Alert {
  const { ruleId, severity } = message;
  return { subject: `Suspected fraud: ${ruleId}`, message: JSON.stringify(message), attributes: { ruleId, severity } };
}
