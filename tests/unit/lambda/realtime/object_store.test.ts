import assert from "node:assert/strict";
import { test } from "node:test";
import { ObjectStore } from "../../../../lambda/realtime/fraud_detector/object_store";
import { type Answer, authorization, FakeService, type Received, REGION, sha256, TOKEN } from "../support/fake_service";

const KEY = "processed/2026/11/20/txn-00000001/velocity-spike.json";
const error = (code: string) => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>m</Message></Error>`;

async function put(key: string, json: string, ...answers: Answer[]): Promise<Received[]> {
  const service = await FakeService.answering(...answers);
  await new ObjectStore("bucket", service.settings).putOnce(key, json);
  return service.received;
}

test("[RT_BUCKET_ENCRYPTED] [RT_BUCKET_TIERING] the object is written once, encrypted, in its storage class", async () => {
  const json = '{"note":"Grüße"}';
  const [request] = await put(KEY, json);
  const { authorization: _, connection, host, "x-amz-date": date, ...headers } = request?.headers ?? {};
  assert.equal(request?.method, "PUT");
  assert.equal(request?.url, `/bucket/${KEY}`);
  assert.equal(request?.body, json);
  assert.equal(connection, "keep-alive");
  assert.match(String(host), /^127\.0\.0\.1:\d+$/);
  assert.match(String(date), /^\d{8}T\d{6}Z$/);
  assert.deepEqual(headers, {
    "content-length": String(Buffer.byteLength(json)),
    "content-type": "application/json",
    "if-none-match": "*",
    "x-amz-content-sha256": sha256(json),
    "x-amz-security-token": TOKEN,
    "x-amz-server-side-encryption": "aws:kms",
    "x-amz-storage-class": "INTELLIGENT_TIERING",
  });
});

const KEYS = {
  [KEY]: KEY,
  "a b/c+d/e%2Ff/=&?#.json": "a%20b/c%2Bd/e%252Ff/%3D%26%3F%23.json",
  "ü/(!'*)/a//../b~_-": "%C3%BC/%28%21%27%2A%29/a//../b~_-",
};
for (const [key, path] of Object.entries(KEYS)) {
  test(`[RT_BUCKET_ENCRYPTED] the key ${key} is encoded once, and all is signed`, async () => {
    const [request] = await put(key, "{}");
    assert.equal(request?.url, `/bucket/${path}`);
    assert.equal(request?.headers.authorization, request && authorization(request, "s3"));
  });
}

test("[RT_REPLAY] an object that exists is success, and not sent again", async () => {
  assert.equal((await put(KEY, "{}", [412, error("PreconditionFailed")])).length, 1);
});

test("[RT_NO_LOSS] a write that arrived although its answer did not is success", async () => {
  assert.equal((await put(KEY, "{}", [0], [412, error("PreconditionFailed")])).length, 2);
});

const REFUSALS: [string, Answer[]][] = [
  ["ConditionalRequestConflict", [[409, error("ConditionalRequestConflict")]]],
  ["AccessDenied", [[403, error("AccessDenied")]]],
  ["NoSuchBucket", [[404, error("NoSuchBucket")]]],
  ["301", [[301]]],
  ["SlowDown", [[503, error("SlowDown")], [503, error("SlowDown")]]],
];
for (const [code, answers] of REFUSALS) {
  test(`[RT_NO_LOSS] ${code} is thrown, after ${answers.length} attempts`, async () => {
    const service = await FakeService.answering(...answers);
    const store = new ObjectStore("bucket", service.settings);
    await assert.rejects(store.putOnce(KEY, "{}"), { name: "PipelineError", message: `S3 refused the object: ${code}` });
    assert.equal(service.received.length, answers.length);
  });
}

test("[RT_BUCKET_ENCRYPTED] without an endpoint the object goes to the region's S3, by TLS", async () => {
  const store = new ObjectStore("bucket", { environment: { AWS_REGION: REGION } });
  const { href } = (store as unknown as { s3: { base: URL } }).s3.base;
  assert.equal(href, `https://bucket.s3.${REGION}.amazonaws.com/`);
});
