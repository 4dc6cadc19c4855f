import { canonicalJson, sha256 } from "../../shared/canonical_json";
import type { TraceContext } from "../../shared/trace";
import type { Transaction, TransactionReceived } from "../events";
import { localHour } from "./time_zone";

export const COUNT_LIMIT = 100;

/** The acceptance record: the claim of a transactionId, and the published detail as it was sent. */
export interface Acceptance {
  readonly receivedAt: string;
  readonly contentHash: string;
  readonly detail: string;
}

export interface Enrichment {
  readonly earlierTransactions: number;
  readonly receivedAt: string;
  readonly trace: TraceContext;
}

/** The sort keys of (t - window, t]. A key is `<ts>#<transactionId>`, and `$` comes right after `#`. */
export function windowKeys(ts: string, windowSeconds: number): { from: string; to: string } {
  return { from: new Date(Date.parse(ts) - windowSeconds * 1000 + 1).toISOString(), to: `${ts}$` };
}

/** The detail of TransactionReceived. The content hash leaves out what we add, so that a repeat is recognised. */
export function enrich(transaction: Transaction, { earlierTransactions, receivedAt, trace }: Enrichment): TransactionReceived {
  return {
    ...transaction,
    recentTxnCount: Math.min(COUNT_LIMIT, earlierTransactions + 1),
    localHour: localHour(Date.parse(transaction.ts), transaction.cardholderTimeZone),
    receivedAt,
    contentHash: sha256(canonicalJson(transaction)),
    trace,
  };
}

export function transactionRecord({ trace: _trace, ...fields }: TransactionReceived) {
  return { ...fields, ts: `${fields.ts}#${fields.transactionId}`, transactionTs: fields.ts };
}

export function acceptanceRecord(detail: TransactionReceived) {
  const { transactionId, receivedAt, contentHash, accountId, recentTxnCount, localHour, trace } = detail;
  return {
    transactionId,
    ts: "0#accepted",
    kind: "accepted",
    receivedAt,
    contentHash,
    accountId,
    transactionTs: detail.ts,
    recentTxnCount,
    localHour,
    traceId: trace.traceId,
    detail: JSON.stringify(detail),
  };
}
