import type { Transaction, TransactionReceived } from "../../../../../lambda/realtime/events";
import { RECEIVED_AT, TRACE } from "../../support/samples";

export const NOW = Date.parse(RECEIVED_AT);

export const TRANSACTION: Transaction = {
  transactionId: "txn-00000001",
  accountId: "acct-token-7f3a",
  ts: "2026-11-20T15:40:07.123Z",
  amount: 1234.56,
  currency: "USD",
  region: "us-east-1",
  merchantId: "m-42",
  merchantCategory: "electronics",
  cardNotPresent: true,
  country: "US",
  cardholderTimeZone: "America/New_York",
};

export const DETAIL: TransactionReceived = {
  ...TRANSACTION,
  recentTxnCount: 1,
  localHour: 10,
  receivedAt: RECEIVED_AT,
  contentHash: "c".repeat(64),
  trace: TRACE,
};
