import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { after, test } from "node:test";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { ObjectStore } from "../../../lambda/realtime/fraud_detector/object_store";
import { clientSettings } from "../../../lambda/shared/aws_client";

interface Received {
  readonly method: string | undefined;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly socket: Socket;
}

const SECRET = "secret";
const TOKEN = "session/token+==";
const KEY = "processed/2026/11/20/txn-00000001/velocity-spike.json";

Object.assign(process.env, { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: SECRET, AWS_SESSION_TOKEN: TOKEN });

const received: Received[] = [];
let answers: [number, string?][] = [];
const pauses: number[] = [];
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const { method, url = "", headers, socket } = request;
    received.push({ method, url, headers, body: Buffer.concat(chunks).toString(), socket });
    const [status, code] = answers.shift() ?? [200];
    if (status === 0) socket.destroy();
    else response.writeHead(status).end(code && `<?xml version="1.0"?><Error><Code>${code}</Code><Message>m</Message></Error>`);
  });
});
const listening = new Promise<string>((resolve) => {
  server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
});
after(() => {
  server.close();
  server.closeAllConnections();
});

const storeAt = (AWS_ENDPOINT_URL: string) =>
  new ObjectStore("bucket", { AWS_REGION: "eu-central-1", AWS_ENDPOINT_URL }, async (milliseconds) => void pauses.push(milliseconds));

async function put(key: string, json: string, ...then: [number, string?][]): Promise<Received[]> {
  received.length = pauses.length = 0;
  answers = then;
  const store = storeAt(await listening);
  await store.putOnce(key, json);
  return [...received];
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();

/** AWS Signature Version 4, from its description. */
function authorization({ method, url, headers, body }: Received): string {
  const date = String(headers["x-amz-date"]);
  const scope = `${date.slice(0, 8)}/eu-central-1/s3/aws4_request`;
  const names = Object.keys(headers).filter((name) => !["authorization", "connection"].includes(name)).sort();
  const lines = names.map((name) => `${name}:${String(headers[name])}\n`).join("");
  const canonical = [method, url, "", lines, names.join(";"), sha256(body)].join("\n");
  const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${SECRET}`);
  const signature = hmac(key, ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)].join("\n")).toString("hex");
  return `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
}

test("[RT_BUCKET_ENCRYPTED] [RT_BUCKET_TIERING] the object is written once, encrypted, in its storage class", async () => {
  const json = '{"note":"Grüße"}';
  const [request] = await put(KEY, json);
  const { authorization: _, connection, host, "x-amz-date": date, ...headers } = request?.headers ?? {};
  assert.equal(request?.method, "PUT");
  assert.equal(request?.url, `/bucket/${KEY}`);
  assert.equal(request?.body, json);
  assert.equal(`http://${host}`, await listening);
  assert.equal(connection, "keep-alive");
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
    assert.equal(request?.headers.authorization, request && authorization(request));
  });
}

test("[RT_REPLAY] an object that exists is success, and not sent again", async () => {
  assert.equal((await put(KEY, "{}", [412, "PreconditionFailed"])).length, 1);
});

const PASSING: [string, [number, string?]][] = [
  ["503", [503, "SlowDown"]],
  ["500 without a body", [500]],
  ["429", [429, "TooManyRequests"]],
  ["a broken connection", [0]],
];
for (const [what, answer] of PASSING) {
  test(`[RT_NO_LOSS] ${what} is tried again, signed anew`, async () => {
    const requests = await put(KEY, "{}", answer);
    assert.equal(requests.length, 2);
    const [pause = -1] = pauses;
    assert.ok(pauses.length === 1 && pause >= 0 && pause <= 100, String(pauses));
    for (const request of requests) assert.equal(request.headers.authorization, authorization(request));
  });
}

test("[RT_NO_LOSS] a write that arrived although its answer did not is success", async () => {
  assert.equal((await put(KEY, "{}", [0], [412, "PreconditionFailed"])).length, 2);
});

test("[RT_NO_LOSS] after two attempts the failure is thrown", async () => {
  const failure: [number, string] = [503, "SlowDown"];
  await assert.rejects(put(KEY, "{}", failure, failure), { name: "PipelineError", message: "S3 refused the object: SlowDown" });
  assert.equal(received.length, 2);
});

for (const answer of [[409, "ConditionalRequestConflict"], [403, "AccessDenied"], [404, "NoSuchBucket"], [301]] as [number, string?][]) {
  test(`[RT_NO_LOSS] ${answer[0]} is thrown at once`, async () => {
    await assert.rejects(put(KEY, "{}", answer), { message: `S3 refused the object: ${answer[1] ?? answer[0]}` });
    assert.equal(received.length, 1);
  });
}

test("[RT_NO_LOSS] a refused connection is thrown", async () => {
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  const store = storeAt(`http://127.0.0.1:${port}/`);
  // The handler's timer outlives the refusal, and the tests' process would wait for it.
  Object.assign(store, { http: NodeHttpHandler.create({ ...clientSettings.requestHandler, connectionTimeout: 50 }) });
  await assert.rejects(store.putOnce(KEY, "{}"), { code: "ECONNREFUSED" });
});

test("[RT_LATENCY] one connection serves many objects", async () => {
  const store = storeAt(await listening);
  received.length = 0;
  answers = [[200], [412, "PreconditionFailed"], [200]];
  for (let n = 0; n < 3; n += 1) await store.putOnce(KEY, "{}");
  assert.equal(new Set(received.map(({ socket }) => socket)).size, 1);
});

test("[RT_BUCKET_ENCRYPTED] without an endpoint the object goes to the region's S3, by TLS", async () => {
  const requests: { protocol: string; hostname: string; path: string; port?: number; headers: Record<string, string> }[] = [];
  const store = new ObjectStore("bucket", { AWS_REGION: "eu-central-1" });
  Object.assign(store, {
    http: {
      handle: async (request: (typeof requests)[number]) => {
        requests.push(request);
        return { response: { statusCode: 200, body: [] } };
      },
    },
  });
  await store.putOnce(KEY, "{}");
  const [{ protocol, hostname, path, port, headers } = assert.fail()] = requests;
  assert.deepEqual(
    { protocol, hostname, path, port, host: headers.host },
    { protocol: "https:", hostname: "bucket.s3.eu-central-1.amazonaws.com", path: `/${KEY}`, port: undefined, host: hostname },
  );
});
