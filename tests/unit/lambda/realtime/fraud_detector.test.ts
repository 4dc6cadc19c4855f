import "./support/environment";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { PutItemInput } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { evaluate } from "../../../../lambda/realtime/fraud_detector/conditions";
import { createHandler } from "../../../../lambda/realtime/fraud_detector/index";
import { versionInForce } from "../../../../lambda/realtime/fraud_detector/logic";
import { parseRuleVersion, type RuleVersion, type Wanted } from "../../../../lambda/realtime/fraud_detector/rule";
import { RuleCache } from "../../../../lambda/realtime/fraud_detector/rule_cache";
import { VerdictStore } from "../../../../lambda/realtime/fraud_detector/store";
import type { EventEntry } from "../../../../lambda/shared/json_api";
import { FakeApi, taken } from "../support/fake_aws";
import { capturedLogs } from "../support/logs";
import { RECEIVED_AT, TRACE } from "../support/samples";
import { DETAIL } from "./support/samples";

const RULE: RuleVersion = {
  ruleId: "high-value-domestic",
  version: 1,
  effectiveFrom: "1970-01-01T00:00:00.000Z",
  severity: "high",
  conditions: [
    { field: "amount", operator: "gte", value: 1000 },
    { field: "currency", operator: "is", value: "USD" },
  ],
};
const EVENT = { ruleId: RULE.ruleId, detail: DETAIL };
const OBJECT_KEY = "processed/2026/11/20/txn-00000001/high-value-domestic.json";

const CONDITIONS: [string, string, Wanted, boolean][] = [
  ["amount", "gte", 1234.56, true],
  ["amount", "gte", 1234.57, false],
  ["localHour", "lte", 10, true],
  ["localHour", "lte", 9, false],
  ["merchantCategory", "in", ["luxury", "electronics"], true],
  ["merchantCategory", "in", ["luxury", "electronic"], false],
  ["country", "notIn", ["DE", "FR"], true],
  ["country", "notIn", ["US", "DE"], false],
  ["cardNotPresent", "is", true, true],
  ["cardNotPresent", "is", false, false],
  ["currency", "is", "usd", false],
];
for (const [field, operator, value, held] of CONDITIONS) {
  test(`[RT_RULE_FIVE] ${field} ${operator} ${JSON.stringify(value)} ${held ? "holds" : "does not hold"}`, () => {
    assert.equal(evaluate({ field, operator, value }, DETAIL).held, held);
  });
}

const UNJUDGEABLE: [string, string, Wanted][] = [
  ["amount", "greater", 1],
  ["amount", "constructor", 1],
  ["nothing", "is", 1],
  ["toString", "is", "x"],
  ["trace", "is", "x"],
  ["country", "gte", 1],
  ["amount", "gte", "1000"],
  ["country", "in", "US"],
  ["country", "is", ["US"]],
];
for (const [field, operator, value] of UNJUDGEABLE) {
  test(`[RT_AUDIT] ${field} ${operator} ${JSON.stringify(value)} fails instead of passing`, () => {
    assert.throws(() => evaluate({ field, operator, value }, DETAIL), /cannot judge/);
  });
}

const { merchantId: _, ...WITHOUT_MERCHANT } = DETAIL;
const ON_A_MERCHANT: [string, Wanted][] = [["is", "m-42"], ["is", ""], ["in", ["m-42", ""]], ["notIn", ["m-42"]]];
for (const [operator, value] of ON_A_MERCHANT) {
  test(`[RT_RULE_FIVE] merchantId ${operator} ${JSON.stringify(value)} does not hold, having found null, when there is none`, () => {
    const reason = evaluate({ field: "merchantId", operator, value }, WITHOUT_MERCHANT);
    assert.deepEqual(reason, { field: "merchantId", operator, wanted: value, found: null, held: false });
  });
}

const UNJUDGEABLE_ANYWAY: [string, Wanted][] = [["gte", 1], ["is", ["m-42"]], ["in", "m-42"], ["like", "m-*"]];
for (const [operator, value] of UNJUDGEABLE_ANYWAY) {
  test(`[RT_AUDIT] merchantId ${operator} ${JSON.stringify(value)} fails, with a merchant and without`, () => {
    for (const detail of [DETAIL, WITHOUT_MERCHANT]) {
      assert.throws(() => evaluate({ field: "merchantId", operator, value }, detail), /cannot judge/);
    }
  });
}

for (const field of ["amount", "currency", "cardNotPresent"] as const) {
  test(`[RT_AUDIT] a transaction without ${field}, which is required, fails instead of passing`, () => {
    const { [field]: value, ...rest } = DETAIL;
    assert.throws(() => evaluate({ field, operator: "is", value }, rest as typeof DETAIL), /cannot judge/);
  });
}

const MALFORMED: Partial<Record<keyof RuleVersion, unknown>>[] = [
  { conditions: [] },
  { conditions: undefined },
  { conditions: [{ field: "amount", operator: "gte" }] },
  { version: "1" },
  { effectiveFrom: 0 },
  { severity: null },
];
for (const fault of MALFORMED) {
  test(`[RT_AUDIT] a stored rule with ${JSON.stringify(fault)} fails`, () => {
    assert.throws(() => parseRuleVersion({ ...RULE, ...fault }), /malformed/);
  });
}

const later = (version: number, effectiveFrom: string): RuleVersion => ({ ...RULE, version, effectiveFrom });
const VERSIONS = [later(3, "2026-11-20T16:00:00.000Z"), later(2, "2026-11-20T15:00:00.000Z"), RULE];

const IN_FORCE: [string, number][] = [
  ["2026-11-20T14:59:59.999Z", 1],
  ["2026-11-20T15:00:00.000Z", 2],
  ["2026-11-20T15:59:59.999Z", 2],
  ["2026-11-20T16:00:00.000Z", 3],
];
for (const [receivedAt, version] of IN_FORCE) {
  test(`[RT_REPLAY] at ${receivedAt} version ${version} is in force, whatever the order`, () => {
    assert.equal(versionInForce(VERSIONS, receivedAt)?.version, version);
    assert.equal(versionInForce([...VERSIONS].reverse(), receivedAt)?.version, version);
  });
}

function cacheOver(published: { versions: RuleVersion[] }) {
  const reads: string[] = [];
  const clock = { now: 0 };
  const read = async (ruleId: string) => {
    reads.push(ruleId);
    return published.versions;
  };
  return { cache: new RuleCache(read, 60, () => clock.now), reads, clock };
}

test("[RT_LATENCY] a rule is read once while it is fresh, and each rule on its own", async () => {
  const { cache, reads, clock } = cacheOver({ versions: [RULE] });
  await cache.inForce("a", RECEIVED_AT);
  clock.now = 59_999;
  await cache.inForce("a", RECEIVED_AT);
  await cache.inForce("b", RECEIVED_AT);
  assert.deepEqual(reads, ["a", "b"]);
  clock.now = 60_000;
  await cache.inForce("a", RECEIVED_AT);
  assert.deepEqual(reads, ["a", "b", "a"]);
});

test("[RT_REPLAY] a version published two cache times ahead is not missed", async () => {
  const published = { versions: [RULE] };
  const { cache, clock } = cacheOver(published);
  assert.equal((await cache.inForce("a", "1970-01-01T00:00:00.000Z")).version, 1);
  published.versions = [later(2, "1970-01-01T00:02:00.000Z"), RULE];
  clock.now = 120_000;
  assert.equal((await cache.inForce("a", "1970-01-01T00:02:00.000Z")).version, 2);
});

test("[RT_AUDIT] without a version in force the rules are read again, and then it fails", async () => {
  const published = { versions: [] as RuleVersion[] };
  const { cache, reads } = cacheOver(published);
  await assert.rejects(cache.inForce("a", RECEIVED_AT), /no version in force/);
  await assert.rejects(cache.inForce("a", RECEIVED_AT), /no version in force/);
  assert.equal(reads.length, 2);
  published.versions = [RULE];
  assert.equal((await cache.inForce("a", RECEIVED_AT)).version, 1);
});

function functionUnderTest(rule = RULE) {
  const steps: string[] = [];
  const noting = <T>(step: string, answer: T) => () => {
    steps.push(step);
    return answer;
  };
  const dynamodb = new FakeApi<PutItemInput>(noting("record", {}));
  const eventBridge = new FakeApi<{ readonly Entries: readonly EventEntry[] }>(noting("announce", { FailedEntryCount: 0 }));
  const written: { key: string; json: string }[] = [];
  const objects = {
    putOnce: async (key: string, json: string) => {
      written.push({ key, json });
      steps.push("object");
    },
  };
  const logs = capturedLogs({ function: "fraud_detector", stage: "dev" });
  const settings = { auditLogsTable: "audit", systemBus: "system" };
  const handle = createHandler({
    rules: cacheOver({ versions: [rule] }).cache,
    verdicts: new VerdictStore({ dynamodb: dynamodb.as(), eventBridge: eventBridge.as(), objects }, settings),
    logger: logs.logger,
  });
  return { steps, dynamodb, eventBridge, objects, written, logs, handle };
}

const failure = (name: string) => () => Promise.reject(Object.assign(new Error(name), { name }));

test("[RT_AUDIT] a suspected transaction: object, announcement, and the record last", async () => {
  const { steps, dynamodb, handle } = functionUnderTest();
  await handle(EVENT);
  assert.deepEqual(steps, ["object", "announce", "record"]);
  assert.deepEqual(unmarshall(dynamodb.sent[0]?.Item ?? {}), {
    transactionId: "txn-00000001",
    ts: `${RECEIVED_AT}#verdict#high-value-domestic`,
    kind: "verdict",
    receivedAt: RECEIVED_AT,
    ruleId: "high-value-domestic",
    ruleVersion: 1,
    outcome: "suspected",
    severity: "high",
    reasons: [
      { field: "amount", operator: "gte", wanted: 1000, found: 1234.56, held: true },
      { field: "currency", operator: "is", wanted: "USD", found: "USD", held: true },
    ],
    objectKey: OBJECT_KEY,
    traceId: TRACE.traceId,
  });
});

test("[RT_AUDIT] a rule on the merchant clears a transaction without one, and records that it found none", async () => {
  const { dynamodb, handle } = functionUnderTest({ ...RULE, conditions: [{ field: "merchantId", operator: "is", value: "m-42" }] });
  await handle({ ...EVENT, detail: WITHOUT_MERCHANT });
  const { outcome, reasons } = unmarshall(dynamodb.sent[0]?.Item ?? {});
  assert.deepEqual({ outcome, reasons }, {
    outcome: "cleared",
    reasons: [{ field: "merchantId", operator: "is", wanted: "m-42", found: null, held: false }],
  });
});

test("[RT_QUIET] a cleared transaction is recorded and not announced", async () => {
  const { steps, dynamodb, handle } = functionUnderTest({ ...RULE, conditions: [{ field: "amount", operator: "gte", value: 2000 }] });
  await handle(EVENT);
  assert.deepEqual(steps, ["object", "record"]);
  assert.equal(unmarshall(dynamodb.sent[0]?.Item ?? {}).outcome, "cleared");
});

test("[RT_TRACE_EVENTS] FraudSuspected has the contract's fields, in order, and carries the trace", async () => {
  const { eventBridge, handle } = functionUnderTest();
  await handle(EVENT);
  const { Detail = "", ...entry } = eventBridge.sent[0]?.Entries?.[0] ?? {};
  assert.deepEqual(entry, {
    EventBusName: "system",
    Source: "hallmark.realtime",
    DetailType: "FraudSuspected",
    Time: Date.parse(RECEIVED_AT) / 1_000,
    TraceHeader: TRACE.header,
  });
  const fields = "transactionId accountId receivedAt ruleId ruleVersion severity amount currency objectKey trace";
  assert.deepEqual(Object.keys(JSON.parse(Detail) as object), fields.split(" "));
});

test("[RT_AUDIT] the object holds the transaction and the verdict, under its key", async () => {
  const { written, handle } = functionUnderTest();
  await handle(EVENT);
  assert.equal(written[0]?.key, OBJECT_KEY);
  assert.match(written[0]?.json ?? "", /^{"transaction":{"accountId":.*},"verdict":{"outcome":"suspected",/);
});

test("[RT_REPLAY] the object's bytes do not depend on the order of the fields", async () => {
  const { written, handle } = functionUnderTest();
  await handle(EVENT);
  await handle({ ...EVENT, detail: Object.fromEntries(Object.entries(DETAIL).reverse()) });
  assert.deepEqual(written[1], written[0]);
});

test("[RT_REPLAY] a record that exists is success", async () => {
  const { dynamodb, eventBridge, handle } = functionUnderTest();
  dynamodb.answer = () => Promise.reject(taken());
  await handle(EVENT);
  assert.equal(eventBridge.sent.length, 1);
});

test("[RT_NO_LOSS] an object that cannot be written is thrown before anything else", async () => {
  const { objects, steps, handle } = functionUnderTest();
  objects.putOnce = failure("ConditionalRequestConflict");
  await assert.rejects(handle(EVENT), { name: "ConditionalRequestConflict" });
  assert.deepEqual(steps, []);
});

test("[RT_NO_LOSS] an announcement whose entry fails is thrown, and nothing is recorded", async () => {
  const { eventBridge, steps, handle } = functionUnderTest();
  eventBridge.answer = () => ({ FailedEntryCount: 1, Entries: [{ ErrorCode: "InternalFailure" }] });
  await assert.rejects(handle(EVENT), /InternalFailure/);
  assert.deepEqual(steps, ["object"]);
});

test("[RT_NO_LOSS] any other failure of the record is thrown", async () => {
  const { dynamodb, handle } = functionUnderTest();
  dynamodb.answer = failure("ProvisionedThroughputExceededException");
  await assert.rejects(handle(EVENT), { name: "ProvisionedThroughputExceededException" });
});

for (const event of [undefined, {}, { ruleId: "a" }, { ruleId: 1, detail: DETAIL }, { ruleId: "a", detail: { transactionId: "a" } }]) {
  test(`[RT_NO_LOSS] the input ${String(JSON.stringify(event)).slice(0, 40)} is thrown and logged`, async () => {
    const { handle, logs } = functionUnderTest();
    await assert.rejects(handle(event), /the input is not/);
    assert.equal(logs.entries()[0]?.message, "input refused");
  });
}

test("[RT_FN_LOGS] [RT_NO_PAN] one line per invocation, without account or amount", async () => {
  const { handle, logs } = functionUnderTest();
  await handle(EVENT);
  assert.deepEqual(logs.entries(), [
    {
      level: "info",
      message: "verdict",
      function: "fraud_detector",
      stage: "dev",
      traceId: TRACE.traceId,
      transactionId: "txn-00000001",
      ruleId: "high-value-domestic",
      outcome: "suspected",
      ruleVersion: 1,
    },
  ]);
});
