import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { after } from "node:test";
import type { Environment } from "../../../../lambda/shared/environment";

const SECRET = "secret";
export const TOKEN = "session/token+==";
export const REGION = "eu-central-1";

Object.assign(process.env, { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: SECRET, AWS_SESSION_TOKEN: TOKEN });

export interface Received {
  readonly method: string | undefined;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly socket: Socket;
}

/** A status, 0 for a connection that breaks, and the body. */
export type Answer = readonly [status: number, body?: string, headers?: Readonly<Record<string, string>>];

/** A service on a port of its own that gives the next answers, then 200s, and keeps what it received. */
export class FakeService {
  readonly received: Received[] = [];
  /** How long clients paused before they tried again, in milliseconds. */
  readonly pauses: number[] = [];
  private readonly server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method, url = "", headers, socket } = request;
      this.received.push({ method, url, headers, body: Buffer.concat(chunks).toString(), socket });
      const [status, body, fields] = this.answers.shift() ?? [200];
      if (status === 0) socket.destroy();
      else response.writeHead(status, fields).end(body);
    });
  });

  private constructor(private readonly answers: Answer[]) {
    after(() => {
      this.server.close();
      this.server.closeAllConnections();
    });
  }

  static async answering(...answers: Answer[]): Promise<FakeService> {
    const service = new FakeService(answers);
    await new Promise<void>((resolve) => service.server.listen(0, "127.0.0.1", resolve));
    return service;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What makes a client talk to this service, and not wait between its attempts. */
  get settings() {
    const environment: Environment = { AWS_REGION: REGION, AWS_ENDPOINT_URL: this.endpoint };
    return { environment, pause: async (milliseconds: number) => void this.pauses.push(milliseconds) };
  }
}

export const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
// What proxies may change on the way.
const UNSIGNED = ["authorization", "connection", "x-amzn-trace-id"];

/** AWS Signature Version 4, from its description. */
export function authorization({ method, url, headers, body }: Received, service: string): string {
  const date = String(headers["x-amz-date"]);
  const scope = `${date.slice(0, 8)}/${REGION}/${service}/aws4_request`;
  const names = Object.keys(headers).filter((name) => !UNSIGNED.includes(name)).sort();
  const lines = names.map((name) => `${name}:${String(headers[name])}\n`).join("");
  const canonical = [method, url, "", lines, names.join(";"), sha256(body)].join("\n");
  const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${SECRET}`);
  const signature = hmac(key, ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)].join("\n")).toString("hex");
  return `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
}

/** What the one request said, and that it was signed for the service. */
export async function said(service: FakeService, signedFor: string) {
  const [request = assert.fail("nothing was sent")] = service.received;
  assert.equal(service.received.length, 1);
  assert.equal(request.headers.authorization, authorization(request, signedFor));
  return { type: request.headers["content-type"], target: request.headers["x-amz-target"], body: request.body };
}
