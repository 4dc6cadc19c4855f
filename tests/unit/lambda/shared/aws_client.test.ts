import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { AwsClient, type Service, TIME_LIMITS } from "../../../../lambda/shared/aws_client";
import { type Answer, authorization, FakeService, REGION } from "../support/fake_service";

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
