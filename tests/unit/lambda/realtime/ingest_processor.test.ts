import "./support/environment";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { QueryInput } from "@aws-sdk/client-dynamodb";
import type { SendMessageRequest } from "@aws-sdk/client-sqs";
import type { APIGatewayProxyEvent } from "aws-lambda";
import type { TransactionReceived } from "../../../../lambda/realtime/events";
import { createHandler } from "../../../../lambda/realtime/ingest_processor/index";
import { TransactionPublisher } from "../../../../lambda/realtime/ingest_processor/publisher";
import { TransactionStore } from "../../../../lambda/realtime/ingest_processor/store";
import type { EventEntry } from "../../../../lambda/shared/json_api";
import { cancelled, FakeApi, FakeTables } from "../support/fake_aws";
import { capturedLogs } from "../support/logs";
import { RECEIVED_AT, TRACE } from "../support/samples";
import { NOW, TRANSACTION } from "./support/samples";

const PUBLISHED = { FailedEntryCount: 0, Entries: [{ EventId: "1" }] };

const NEVER = () => new Promise(() => {});

/** A function with its own tables, or with those of an earlier one, that AWS Lambda would end after `milliseconds`. */
function functionUnderTest(tables = new FakeTables(), milliseconds = 10_000) {
  const eventBridge = new FakeApi<{ readonly Entries: readonly EventEntry[] }>(() => PUBLISHED);
  const sqs = new FakeApi<SendMessageRequest>();
  const logs = capturedLogs({ function: "ingest_processor", stage: "dev" });
  const clock = { now: NOW };
  const end = performance.now() + milliseconds;
  const settings = { transactionsTable: "transactions", auditLogsTable: "audit", windowSeconds: 60 };
  const handle = createHandler({
    store: new TransactionStore(tables.client.as(), settings, async () => {}),
    publisher: new TransactionPublisher(eventBridge.as(), sqs.as(), { transactionBus: "bus", failureQueueUrl: "queue" }),
    logger: logs.logger,
    now: () => clock.now,
  });
  const post = (body: unknown, headers: Record<string, string> = { "x-amzn-trace-id": TRACE.header }) =>
    handle({ body: JSON.stringify(body), isBase64Encoded: false, headers } as unknown as APIGatewayProxyEvent, {
      getRemainingTimeInMillis: () => end - performance.now(),
    });
  const published = () => eventBridge.sent.map(({ Entries }) => Entries[0]);
  const details = () => published().map((entry) => JSON.parse(entry?.Detail ?? "") as TransactionReceived);
  return { tables, eventBridge, sqs, logs, clock, end, post, published, details };
}

test("[RT_AUDIT] an accepted transaction is stored, recorded and published", async () => {
  const { tables, post, published, details, sqs } = functionUnderTest();
  const answer = await post(TRANSACTION);
  assert.equal(answer.statusCode, 202);
  assert.equal(answer.body, `{"transactionId":"txn-00000001","status":"accepted","receivedAt":"${RECEIVED_AT}"}`);
  const [detail] = details();
  const expected = { ...TRANSACTION, recentTxnCount: 1, localHour: 10, receivedAt: RECEIVED_AT, contentHash: detail?.contentHash, trace: TRACE };
  assert.equal(published()[0]?.Detail, JSON.stringify(expected));
  const { trace: _, ...stored } = expected;
  assert.deepEqual(tables.items("transactions"), [
    { ...stored, ts: `${TRANSACTION.ts}#txn-00000001`, transactionTs: TRANSACTION.ts },
  ]);
  assert.deepEqual(tables.items("audit"), [
    {
      transactionId: "txn-00000001",
      ts: "0#accepted",
      kind: "accepted",
      receivedAt: RECEIVED_AT,
      contentHash: detail?.contentHash,
      accountId: TRANSACTION.accountId,
      transactionTs: TRANSACTION.ts,
      recentTxnCount: 1,
      localHour: 10,
      traceId: TRACE.traceId,
      detail: published()[0]?.Detail,
    },
  ]);
  assert.equal(tables.client.sent.length, 2);
  assert.equal(sqs.sent.length, 0);
});

test("[RT_TRACE_EVENTS] the entry carries the trace, and receivedAt as its time", async () => {
  const { post, published } = functionUnderTest();
  await post(TRANSACTION);
  const { Detail: _, ...entry } = published()[0] ?? {};
  assert.deepEqual(entry, {
    EventBusName: "bus",
    Source: "hallmark.realtime",
    DetailType: "TransactionReceived",
    Time: Date.parse(RECEIVED_AT) / 1_000,
    TraceHeader: TRACE.header,
  });
});

test("[RT_IDEMPOTENT] the identical repeat gets the same answer, byte for byte, and writes nothing", async () => {
  const { tables, post, clock, published } = functionUnderTest();
  const first = await post(TRANSACTION);
  const before = JSON.stringify([tables.items("transactions"), tables.items("audit")]);
  clock.now += 90_000;
  const { merchantId, ...rest } = TRANSACTION;
  const repeat = await post({ merchantId, ...rest, ts: "2026-11-20T16:40:07.123+01:00" });
  assert.deepEqual(repeat, first);
  assert.equal(JSON.stringify([tables.items("transactions"), tables.items("audit")]), before);
  assert.equal(published()[1]?.Detail, published()[0]?.Detail);
  assert.equal(published()[1]?.Time, published()[0]?.Time);
});

const OTHER_CONTENT = { amount: 1, accountId: "acct-other", ts: "2026-11-20T15:40:07.124Z", merchantId: "m-43" };
for (const [field, value] of Object.entries(OTHER_CONTENT)) {
  test(`[RT_IDEMPOTENT] the same id with another ${field} is a 409 without effect`, async () => {
    const { tables, post, published } = functionUnderTest();
    await post(TRANSACTION);
    const answer = await post({ ...TRANSACTION, [field]: value });
    assert.equal(answer.statusCode, 409);
    const { errors } = JSON.parse(answer.body) as { errors: unknown };
    assert.deepEqual(errors, [{ field: "transactionId", rule: "unique: it was already accepted with other content" }]);
    assert.equal(published().length, 1);
    assert.equal(tables.items("transactions").length, 1);
  });
}

test("[RT_NO_LOSS] [RT_IDEMPOTENT] what a crash left unpublished is published, as stored, by the repeat", async () => {
  const crashed = functionUnderTest(new FakeTables(), 1_550);
  const publishing = new Promise<void>((reached) => {
    crashed.eventBridge.answer = () => {
      reached();
      return NEVER(); // The process ends here.
    };
  });
  void crashed.post(TRANSACTION);
  await publishing;
  const restarted = functionUnderTest(crashed.tables);
  restarted.clock.now += 5_000;
  const answer = await restarted.post(TRANSACTION);
  assert.match(answer.body, new RegExp(`"receivedAt":"${RECEIVED_AT}"`));
  assert.equal(restarted.published()[0]?.Detail, crashed.published()[0]?.Detail);
  assert.equal(restarted.published()[0]?.Detail, crashed.tables.items("audit")[0]?.detail);
});

const PUBLISH_FAILURES: [string, () => unknown, string][] = [
  ["an entry", () => ({ FailedEntryCount: 1, Entries: [{ ErrorCode: "ThrottlingException", ErrorMessage: "no" }] }), "EventBridge refused the event: ThrottlingException"],
  ["the call", () => Promise.reject(Object.assign(new Error("secret"), { name: "InternalException" })), "InternalException"],
];
for (const [what, answer, reason] of PUBLISH_FAILURES) {
  test(`[RT_NO_LOSS] when ${what} fails, the event goes to the failure queue and the answer is 503`, async () => {
    const { eventBridge, sqs, post, published, logs } = functionUnderTest();
    eventBridge.answer = answer;
    const response = await post(TRANSACTION);
    assert.equal(response.statusCode, 503);
    assert.equal(response.headers?.["Retry-After"], "1");
    const entry = { ...published()[0], Time: RECEIVED_AT };
    assert.equal(sqs.sent[0]?.QueueUrl, "queue");
    assert.deepEqual(JSON.parse(sqs.sent[0]?.MessageBody ?? ""), { kind: "publish-failed", reason, entry });
    assert.equal(logs.entries()[0]?.level, "error");
  });
}

test("[RT_API_ROUTE] when the failure queue fails too, the answer is still 503", async () => {
  const { eventBridge, sqs, post } = functionUnderTest();
  eventBridge.answer = sqs.answer = () => Promise.reject(new Error("down"));
  assert.equal((await post(TRANSACTION)).statusCode, 503);
});

// Side by side: they do nothing but wait for their time to end.
describe("what hangs", { concurrency: true }, () => {
  test("[RT_NO_LOSS] [RT_API_ROUTE] when publishing hangs, the event goes to the failure queue and the answer is 503, in time", async () => {
    const { eventBridge, sqs, post, published, end, logs } = functionUnderTest(new FakeTables(), 2_100);
    eventBridge.answer = NEVER;
    const answer = await post(TRANSACTION);
    assert.ok(performance.now() < end - 400);
    assert.equal(answer.statusCode, 503);
    const { kind, reason, entry } = JSON.parse(sqs.sent[0]?.MessageBody ?? "") as Record<string, unknown>;
    assert.deepEqual({ kind, reason }, { kind: "publish-failed", reason: "out of time" });
    assert.deepEqual(entry, { ...published()[0], Time: RECEIVED_AT });
    assert.equal(logs.entries()[0]?.reason, "out of time");
  });

  test("[RT_API_ROUTE] when publishing and the failure queue hang, the answer is 503, in time", async () => {
    const { eventBridge, sqs, post, end } = functionUnderTest(new FakeTables(), 600);
    eventBridge.answer = sqs.answer = NEVER;
    assert.equal((await post(TRANSACTION)).statusCode, 503);
    assert.ok(performance.now() < end);
    assert.equal(sqs.sent.length, 1);
  });

  for (const hanging of ["Query", "TransactWriteItems"]) {
    test(`[RT_API_ROUTE] when ${hanging} hangs, the answer is 503, in time, and nothing is published`, async () => {
      const { tables, eventBridge, sqs, post, end } = functionUnderTest(new FakeTables(), 2_100);
      const answer = tables.client.answer;
      tables.client.answer = (input, action) => (action === hanging ? NEVER() : answer(input, action));
      assert.equal((await post(TRANSACTION)).statusCode, 503);
      assert.ok(performance.now() < end - 1_500);
      assert.deepEqual([eventBridge.sent, sqs.sent], [[], []]);
    });
  }
});

for (const code of ["TransactionConflict", "ThrottlingError"]) {
  test(`[RT_IDEMPOTENT] ${code} is tried again`, async () => {
    const { tables, post } = functionUnderTest();
    tables.troubles.push(cancelled("None", code), cancelled(code, "None"), cancelled("None", code));
    assert.equal((await post(TRANSACTION)).statusCode, 202);
  });

  test(`[RT_IDEMPOTENT] ${code} that does not end is a 503, never a 409`, async () => {
    const { tables, post, published } = functionUnderTest();
    tables.troubles.push(...Array.from({ length: 10 }, () => cancelled("None", code)));
    assert.equal((await post(TRANSACTION)).statusCode, 503);
    assert.equal(tables.troubles.length, 6);
    assert.equal(published().length, 0);
  });
}

test("[RT_API_ROUTE] any other failure of a table is a 503 at once", async () => {
  const { tables, post } = functionUnderTest();
  tables.troubles.push(cancelled("ValidationError", "None"), new Error("never reached"));
  assert.equal((await post(TRANSACTION)).statusCode, 503);
  assert.equal(tables.troubles.length, 1);
});

test("[RT_RULE_FIVE] recentTxnCount counts (t - window, t] of the account, itself included", async () => {
  const { post, details } = functionUnderTest();
  const at = (ts: string, id: string, accountId = TRANSACTION.accountId) =>
    post({ ...TRANSACTION, ts, accountId, transactionId: `txn-${id}` });
  await at("2026-11-20T15:39:07.123Z", "just-outside");
  await at("2026-11-20T15:39:07.124Z", "just-inside");
  await at("2026-11-20T15:40:07.124Z", "a-millisecond-later");
  await at("2026-11-20T15:40:00.000Z", "of-another-account", "acct-other");
  await at("2026-11-20T15:40:07.123Z", "same-millisecond");
  await at("2026-11-20T15:40:07.123Z", "the-one");
  assert.deepEqual(details().map(({ recentTxnCount }) => recentTxnCount), [1, 2, 1, 1, 2, 3]);
});

test("[RT_RULE_FIVE] recentTxnCount is saturated at 100", async () => {
  const { post, details } = functionUnderTest();
  for (let index = 0; index < 102; index += 1) await post({ ...TRANSACTION, transactionId: `txn-number-${index}` });
  assert.deepEqual(details().slice(97).map(({ recentTxnCount }) => recentTxnCount), [98, 99, 100, 100, 100]);
});

test("[RT_RULE_FIVE] the count is a consistent read that fetches no items", async () => {
  const { tables, post } = functionUnderTest();
  await post(TRANSACTION);
  const { ConsistentRead, Select, Limit } = tables.client.sent[0] as QueryInput;
  assert.deepEqual({ ConsistentRead, Select, Limit }, { ConsistentRead: true, Select: "COUNT", Limit: 100 });
});

test("[RT_TABLE_KEYS] two transactions of one account in one millisecond are both kept", async () => {
  const { tables, post } = functionUnderTest();
  await post(TRANSACTION);
  await post({ ...TRANSACTION, transactionId: "txn-00000002" });
  assert.deepEqual(
    tables.items("transactions").map(({ ts }) => ts),
    [`${TRANSACTION.ts}#txn-00000001`, `${TRANSACTION.ts}#txn-00000002`],
  );
});

test("[RT_BAD_INPUT] bad input is a 400 that calls nothing", async () => {
  const { tables, eventBridge, sqs, post } = functionUnderTest();
  const answer = await post({ ...TRANSACTION, amount: "12" });
  assert.equal(answer.statusCode, 400);
  assert.deepEqual(JSON.parse(answer.body), {
    message: "The request is invalid.",
    errors: [{ field: "amount", rule: "a number from -5e9 to 5e9 with at most two decimals" }],
  });
  const called = [tables.client, eventBridge, sqs].flatMap(({ sent }): object[] => sent);
  assert.deepEqual(called, []);
});

test("[RT_BAD_INPUT] no JSON object is a 400 for the body", async () => {
  const { post } = functionUnderTest();
  const { body } = await post([TRANSACTION]);
  assert.equal((JSON.parse(body) as { errors: { field: string }[] }).errors[0]?.field, "body");
});

test("[RT_NO_PAN] [RT_BAD_INPUT] answers and logs hold no account, no amount, and nothing that was refused", async () => {
  const { post, logs, tables, eventBridge } = functionUnderTest();
  const secrets = ["4111111111111111", "378282246310005", "991.17", "acct-secret", "Mars/Olympus", "not-a-time"];
  const transaction = { ...TRANSACTION, accountId: "acct-secret", amount: 991.17 };
  const bodies = [
    { ...transaction, transactionId: "4111111111111111" },
    { ...transaction, "4111111111111111": "378282246310005" },
    { ...transaction, ts: "not-a-time", cardholderTimeZone: "Mars/Olympus" },
    transaction,
    transaction,
    { ...transaction, merchantId: "other" },
  ];
  const answers = [];
  for (const body of bodies) answers.push(await post(body));
  tables.troubles.push(new Error("acct-secret 991.17"));
  answers.push(await post({ ...transaction, transactionId: "txn-00000003" }));
  eventBridge.answer = () => Promise.reject(new Error("acct-secret 991.17"));
  answers.push(await post(transaction));
  assert.deepEqual(answers.map(({ statusCode }) => statusCode), [400, 400, 400, 202, 202, 409, 503, 503]);
  const said = logs.text() + answers.map(({ body }) => body).join("");
  for (const secret of secrets) assert.ok(!said.includes(secret), secret);
});

test("[RT_FN_LOGS] each invocation logs one JSON line with its context", async () => {
  const { post, logs } = functionUnderTest();
  await post(TRANSACTION);
  await post({ ...TRANSACTION, amount: null });
  const context = { function: "ingest_processor", stage: "dev", traceId: TRACE.traceId };
  assert.deepEqual(logs.entries(), [
    { level: "info", message: "transaction accepted", ...context, transactionId: "txn-00000001", receivedAt: RECEIVED_AT },
    { level: "info", message: "request refused", ...context, transactionId: null, fields: ["amount"] },
  ]);
  assert.equal(logs.text().trimEnd().split("\n").length, 2);
});
