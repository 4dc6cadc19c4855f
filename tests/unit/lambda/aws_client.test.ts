import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, describe, test } from "node:test";
import { TransactionStore } from "../../../lambda/realtime/ingest_processor/store";
import { ATTEMPTS, AwsClient, type Service, TIME_LIMITS } from "../../../lambda/shared/aws_client";
import { dynamoDb } from "../../../lambda/shared/json_api";
import { within } from "../../../lambda/shared/within";
import { type Answer, authorization, FakeService, REGION } from "./support/fake_service";

const REQUEST = { method: "POST", headers: { "x-amz-target": "Service.Action" }, body: '{"note":"Grüße"}' } as const;

async function send(...answers: Answer[]) {
  const service = await FakeService.answering(...answers);
  return { service, sent: new AwsClient("dynamodb", service.settings).send(REQUEST) };
}

test("a request is signed, and its answer's body is given", async () => {
  const { service, sent } = await send([200, "{}"]);
  assert.equal(await sent, "{}");
  const [request = assert.fail()] = service.received;
  assert.deepEqual([request.method, request.url, request.body], ["POST", "/", REQUEST.body]);
  assert.equal(request.headers["x-amz-target"], "Service.Action");
  assert.equal(request.headers.authorization, authorization(request, "dynamodb"));
});

test("[RT_TRACE_EVENTS] the invocation's trace goes with each request", async () => {
  process.env._X_AMZN_TRACE_ID = "Root=1-67890abc-0123456789abcdef01234567";
  after(() => delete process.env._X_AMZN_TRACE_ID);
  const { service, sent } = await send();
  await sent;
  assert.equal(service.received[0]?.headers["x-amzn-trace-id"], "Root=1-67890abc-0123456789abcdef01234567");
});

const json = (type: string) => `{"__type":"com.amazonaws.dynamodb.v20120810#${type}","message":"no"}`;
const PASSING: [string, Answer][] = [
  ["503", [503, "<Error><Code>SlowDown</Code></Error>"]],
  ["500 without a body", [500]],
  ["429", [429]],
  ["throttling", [400, json("ProvisionedThroughputExceededException")]],
  ["a broken connection", [0]],
];
for (const [what, answer] of PASSING) {
  test(`[RT_NO_LOSS] ${what} is tried again, signed anew`, async () => {
    const { service, sent } = await send(answer);
    await sent;
    assert.equal(service.received.length, 2);
    const [pause = -1] = service.pauses;
    assert.ok(service.pauses.length === 1 && pause >= 0 && pause <= 100, String(service.pauses));
    for (const request of service.received) assert.equal(request.headers.authorization, authorization(request, "dynamodb"));
  });

  test(`[RT_NO_LOSS] ${what} twice is thrown`, async () => {
    const { service, sent } = await send(answer, answer, answer);
    await assert.rejects(sent);
    assert.equal(service.received.length, 2);
  });
}

const FAILING: [string, Answer][] = [
  ["ConditionalCheckFailedException", [400, json("ConditionalCheckFailedException")]],
  ["ValidationException", [400, '{"__type":"ValidationException"}']],
  ["AccessDeniedException", [400, "{}", { "x-amzn-errortype": "AccessDeniedException:http://internal.amazon.com/" }]],
  ["AuthorizationError", [403, "<ErrorResponse><Error><Code>AuthorizationError</Code></Error></ErrorResponse>"]],
  ["404", [404, "not JSON"]],
];
for (const [name, answer] of FAILING) {
  test(`[RT_NO_LOSS] ${name} is thrown at once, by that name`, async () => {
    const { service, sent } = await send(answer);
    await assert.rejects(sent, { name, status: answer[0] });
    assert.equal(service.received.length, 1);
  });
}

test("[RT_NO_LOSS] a refused connection is thrown", async () => {
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  const environment = { AWS_REGION: REGION, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}/` };
  // The handler's timer outlives the refusal, and the tests' process would wait for it.
  const client = new AwsClient("dynamodb", { environment, timeLimits: { ...TIME_LIMITS, connectionTimeout: 50 } });
  await assert.rejects(client.send(REQUEST), { code: "ECONNREFUSED" });
});

test("[RT_LATENCY] one connection serves many requests", async () => {
  const service = await FakeService.answering([200, "{}"], [200, "{}"]);
  const client = new AwsClient("dynamodb", service.settings);
  for (let n = 0; n < 3; n += 1) await client.send(REQUEST);
  assert.equal(service.received.length, 3);
  assert.equal(new Set(service.received.map(({ socket }) => socket)).size, 1);
});

const ENDPOINTS: [Service, Record<string, string>, string][] = [
  ["dynamodb", {}, `https://dynamodb.${REGION}.amazonaws.com/`],
  ["events", {}, `https://events.${REGION}.amazonaws.com/`],
  ["events", { AWS_ENDPOINT_URL: "http://127.0.0.1:4566", AWS_ENDPOINT_URL_EVENTBRIDGE: "http://127.0.0.1:1" }, "http://127.0.0.1:1/"],
  ["sqs", { AWS_ENDPOINT_URL: "http://127.0.0.1:4566", AWS_ENDPOINT_URL_EVENTBRIDGE: "http://127.0.0.1:1" }, "http://127.0.0.1:4566/"],
];
for (const [service, variables, href] of ENDPOINTS) {
  test(`${service} is at ${href}`, () => {
    const client = new AwsClient(service, { environment: { AWS_REGION: REGION, ...variables } });
    assert.equal((client as unknown as { base: URL }).base.href, href);
  });
}

/** So many times sooner than in a deployed function the request that hangs is cut off. */
const HASTE = 8;

/** A store on a service that takes requests and never answers, or never ends its answer; and how many it took. */
async function storeThatHangs({ begins = false, haste = 1 } = {}) {
  const seen = { requests: 0 };
  const server = createServer((_request, response) => {
    seen.requests += 1;
    if (begins) response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).write("{");
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const environment = { AWS_REGION: REGION, AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  const timeLimits = { ...TIME_LIMITS, requestTimeout: TIME_LIMITS.requestTimeout / haste };
  const settings = { transactionsTable: "t", auditLogsTable: "a", windowSeconds: 60 };
  const client = new AwsClient("dynamodb", { environment, timeLimits });
  return { seen, store: new TransactionStore(dynamoDb(client), settings, async () => {}) };
}

async function secondsUntilFailure(work: Promise<unknown>, expected: object): Promise<number> {
  const start = performance.now();
  await assert.rejects(work, expected);
  return (performance.now() - start) / 1_000;
}

const TS = "2026-11-20T15:40:07.123Z";

// Side by side: they do nothing but wait for their time to end.
describe("a service that hangs", { concurrency: true }, () => {
  test("[RT_API_ROUTE] a call that hangs is cut off, tried once more, and given up", async () => {
    const { seen, store } = await storeThatHangs({ haste: HASTE });
    await assert.rejects(store.countRecent("account", TS, new AbortController().signal), { name: "TimeoutError" });
    assert.equal(seen.requests, 2);
    assert.equal(ATTEMPTS * TIME_LIMITS.requestTimeout, 2_000);
  });

  for (const answer of ["no answer", "half an answer"]) {
    test(`[RT_API_ROUTE] with ${answer}, a call ends when its time does, and is not tried again`, async () => {
      const begins = answer === "half an answer";
      const { seen, store } = await storeThatHangs({ begins });
      let query: Promise<unknown> = Promise.resolve();
      const call = within(300, (abortSignal) => (query = store.countRecent("account", TS, abortSignal)));
      const seconds = await secondsUntilFailure(call, { name: "PipelineError", message: "out of time" });
      assert.ok(seconds < 0.9, String(seconds));
      if (!begins) await assert.rejects(query, { name: "AbortError" });
      assert.equal(seen.requests, 1);
    });
  }
});

test("[RT_API_ROUTE] without time left nothing is waited for", async () => {
  const work = within(-1, () => new Promise(() => {}));
  assert.ok((await secondsUntilFailure(work, { message: "out of time" })) < 0.5);
});
