import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { TransactionStore } from "../../../lambda/realtime/ingest_processor/store";
import { clientSettings } from "../../../lambda/shared/aws_client";
import { within } from "../../../lambda/shared/within";

Object.assign(process.env, { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" });

/** So many times sooner than in a deployed function the request that hangs is cut off. */
const HASTE = 8;

/** A service that takes requests and never answers, or never ends its answer. */
let requests = 0;
let begins = false;
const server = createServer((_request, response) => {
  requests += 1;
  if (begins) response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).write("{");
});
after(() => {
  server.close();
  server.closeAllConnections();
});

async function store(haste = 1) {
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const requestHandler = { ...clientSettings.requestHandler, requestTimeout: clientSettings.requestHandler.requestTimeout / haste };
  const client = new DynamoDBClient({ ...clientSettings, requestHandler, region: "eu-central-1", endpoint });
  requests = 0;
  return new TransactionStore(client, { transactionsTable: "t", auditLogsTable: "a", windowSeconds: 60 }, async () => {});
}

async function secondsUntilFailure(work: Promise<unknown>, expected: object): Promise<number> {
  const start = performance.now();
  await assert.rejects(work, expected);
  return (performance.now() - start) / 1_000;
}

const TS = "2026-11-20T15:40:07.123Z";

test("[RT_API_ROUTE] a call that hangs is cut off, tried once more, and given up", async () => {
  const hanging = await store(HASTE);
  await assert.rejects(hanging.countRecent("account", TS, new AbortController().signal), { name: "TimeoutError" });
  assert.equal(requests, 2);
  assert.equal(clientSettings.maxAttempts * clientSettings.requestHandler.requestTimeout, 2_000);
});

for (const answer of ["no answer", "half an answer"]) {
  test(`[RT_API_ROUTE] with ${answer}, a call ends when its time does, and is not tried again`, async () => {
    begins = answer === "half an answer";
    const hanging = await store();
    let query: Promise<unknown> = Promise.resolve();
    const call = within(300, (abortSignal) => (query = hanging.countRecent("account", TS, abortSignal)));
    const seconds = await secondsUntilFailure(call, { name: "PipelineError", message: "out of time" });
    assert.ok(seconds < 0.9, String(seconds));
    if (!begins) await assert.rejects(query, { name: "AbortError" });
    assert.equal(requests, 1);
  });
}

test("[RT_API_ROUTE] without time left nothing is waited for", async () => {
  const work = within(-1, () => new Promise(() => {}));
  assert.ok((await secondsUntilFailure(work, { message: "out of time" })) < 0.5);
});
