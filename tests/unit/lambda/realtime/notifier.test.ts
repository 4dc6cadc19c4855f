import "./support/environment";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { GetItemInput } from "@aws-sdk/client-dynamodb";
import type { FraudSuspected } from "../../../../lambda/realtime/events";
import { createHandler } from "../../../../lambda/realtime/notifier/index";
import type { Alert } from "../../../../lambda/realtime/notifier/logic";
import { AlertStore } from "../../../../lambda/realtime/notifier/store";
import { FakeTables, taken } from "../support/fake_aws";
import { capturedLogs } from "../support/logs";
import { RECEIVED_AT, TRACE } from "../support/samples";

const DETAIL: FraudSuspected = {
  transactionId: "txn-00000001",
  accountId: "acct-token-7f3a",
  receivedAt: RECEIVED_AT,
  ruleId: "night-time",
  ruleVersion: 2,
  severity: "low",
  amount: 12.5,
  currency: "EUR",
  objectKey: "processed/2026/11/20/txn-00000001/night-time.json",
  trace: TRACE,
};
const EVENT = { "detail-type": "FraudSuspected", source: "hallmark.realtime", detail: DETAIL };

function functionUnderTest() {
  const tables = new FakeTables();
  const published: Alert[] = [];
  const topic = { publish: async (alert: Alert) => void published.push(alert) };
  const logs = capturedLogs({ function: "notifier", stage: "dev" });
  const alerts = new AlertStore(tables.client.as(), "audit");
  return { tables, topic, published, logs, handle: createHandler({ alerts, topic, logger: logs.logger }) };
}

test("[RT_AUDIT] an alert is published and recorded", async () => {
  const { tables, published, handle } = functionUnderTest();
  await handle(EVENT);
  const { trace: _, ...message } = DETAIL;
  const attributes = { ruleId: "night-time", severity: "low" };
  assert.deepEqual(published, [{ subject: "Suspected fraud: night-time", message: JSON.stringify(message), attributes }]);
  assert.deepEqual(tables.items("audit"), [
    {
      transactionId: "txn-00000001",
      ts: `${RECEIVED_AT}#alert#night-time`,
      kind: "alert",
      receivedAt: RECEIVED_AT,
      ruleId: "night-time",
      ruleVersion: 2,
      severity: "low",
      traceId: TRACE.traceId,
    },
  ]);
});

test("[RT_REPLAY] the same alert is not published twice, another rule's is", async () => {
  const { tables, published, logs, handle } = functionUnderTest();
  await handle(EVENT);
  await handle(EVENT);
  assert.equal(published.length, 1);
  assert.equal(logs.entries()[1]?.message, "already alerted");
  await handle({ ...EVENT, detail: { ...DETAIL, ruleId: "velocity-spike" } });
  assert.equal(published.length, 2);
  assert.ok((tables.client.sent[0] as GetItemInput).ConsistentRead);
});

test("[RT_NO_LOSS] an alert that cannot be published is thrown and not recorded", async () => {
  const { tables, topic, handle, logs } = functionUnderTest();
  topic.publish = () => Promise.reject(new Error("down"));
  await assert.rejects(handle(EVENT), /down/);
  assert.deepEqual(tables.items("audit"), []);
  assert.equal(logs.entries()[0]?.level, "error");
});

test("[RT_IDEMPOTENT] a record written meanwhile is success", async () => {
  const { tables, handle } = functionUnderTest();
  tables.client.answer = (_, action) => (action === "PutItem" ? Promise.reject(taken()) : {});
  await handle(EVENT);
});

test("[RT_NO_LOSS] an event without its keys is thrown and logged", async () => {
  const { handle, logs } = functionUnderTest();
  await assert.rejects(handle({ detail: { ...DETAIL, ruleId: undefined } }), /not FraudSuspected/);
  assert.equal(logs.entries()[0]?.message, "input refused");
});

test("[RT_FN_LOGS] [RT_NO_PAN] one line per invocation, without account or amount", async () => {
  const { handle, logs } = functionUnderTest();
  await handle(EVENT);
  const context = { function: "notifier", stage: "dev", traceId: TRACE.traceId, transactionId: "txn-00000001" };
  assert.deepEqual(logs.entries(), [{ level: "info", message: "alerted", ...context, ruleId: "night-time" }]);
});
