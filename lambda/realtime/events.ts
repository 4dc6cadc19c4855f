import type { TraceContext } from "../shared/trace";

export const SOURCE = "hallmark.realtime";

/** The fields of the request, normalised. */
export interface Transaction {
  readonly transactionId: string;
  readonly accountId: string;
  readonly ts: string;
  readonly amount: number;
  readonly currency: string;
  readonly region: string;
  readonly merchantId?: string;
  readonly merchantCategory: string;
  readonly cardNotPresent: boolean;
  readonly country: string;
  readonly cardholderTimeZone: string;
}

/** The detail of TransactionReceived. */
export interface TransactionReceived extends Transaction {
  readonly recentTxnCount: number;
  readonly localHour: number;
  readonly receivedAt: string;
  readonly contentHash: string;
  readonly trace: TraceContext;
}

/** The detail of FraudSuspected. */
export interface FraudSuspected {
  readonly transactionId: string;
  readonly accountId: string;
  readonly receivedAt: string;
  readonly ruleId: string;
  readonly ruleVersion: number;
  readonly severity: string;
  readonly amount: number;
  readonly currency: string;
  readonly objectKey: string;
  readonly trace: TraceContext;
}
