import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, describe, test } from "node:test";
import { TransactionStore } from "../../../../lambda/realtime/ingest_processor/store";
import { ATTEMPTS, AwsClient, TIME_LIMITS } from "../../../../lambda/shared/aws_client";
import { dynamoDb } from "../../../../lambda/shared/json_api";
import { within } from "../../../../lambda/shared/within";
import { REGION } from "../support/fake_service";

/** So many times sooner than in a deployed function the request that hangs is cut off. */
const HASTE = 4;

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
