import { canonicalJson } from "../../shared/canonical_json";
import type { FraudSuspected, TransactionReceived } from "../events";
import { evaluate, type Reason } from "./conditions";
import type { RuleVersion } from "./rule";

export interface Verdict {
  readonly ruleId: string;
  readonly ruleVersion: number;
  readonly outcome: "suspected" | "cleared";
  readonly severity: string;
  readonly reasons: readonly Reason[];
}

/** The version in force at `receivedAt`: the highest that had taken effect. */
export function versionInForce(versions: readonly RuleVersion[], receivedAt: string): RuleVersion | undefined {
  return versions
    .filter(({ effectiveFrom }) => effectiveFrom <= receivedAt)
    .reduce<RuleVersion | undefined>((best, next) => (best && best.version > next.version ? best : next), undefined);
}

/** Reads no clock and no store, so that a replay comes to the same verdict. */
export function judge(rule: RuleVersion, detail: TransactionReceived): Verdict {
  const reasons = rule.conditions.map((condition) => evaluate(condition, detail));
  const outcome = reasons.every(({ held }) => held) ? "suspected" : "cleared";
  return { ruleId: rule.ruleId, ruleVersion: rule.version, outcome, severity: rule.severity, reasons };
}

export function objectKey({ transactionId, receivedAt }: TransactionReceived, ruleId: string): string {
  return `processed/${receivedAt.slice(0, 10).replaceAll("-", "/")}/${transactionId}/${ruleId}.json`;
}

export function processedObject(transaction: TransactionReceived, verdict: Verdict): string {
  return canonicalJson({ transaction, verdict });
}

export function verdictRecord(detail: TransactionReceived, verdict: Verdict) {
  const { transactionId, receivedAt, trace } = detail;
  return {
    transactionId,
    ts: `${receivedAt}#verdict#${verdict.ruleId}`,
    kind: "verdict",
    receivedAt,
    ...verdict,
    objectKey: objectKey(detail, verdict.ruleId),
    traceId: trace.traceId,
  };
}

export function suspicion(detail: TransactionReceived, { ruleId, ruleVersion, severity }: Verdict): FraudSuspected {
  const { transactionId, accountId, receivedAt, amount, currency, trace } = detail;
  return {
    transactionId,
    accountId,
    receivedAt,
    ruleId,
    ruleVersion,
    severity,
    amount,
    currency,
    objectKey: objectKey(detail, ruleId),
    trace,
  };
}
