// One signed PUT, made of the parts that the SDK's clients are made of. The S3 client would add 16 ms to each cold start.
import { setTimeout as wait } from "node:timers/promises";
import { extendedEncodeURIComponent, HttpRequest } from "@smithy/core/protocols";
import { Hash } from "@smithy/core/serde";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { SignatureV4 } from "@smithy/signature-v4";
import { clientSettings } from "../../shared/aws_client";
import { defaultProvider } from "../../shared/credentials";
import { type Environment, required } from "../../shared/environment";
import { PipelineError } from "../../shared/errors";

const BACKOFF_MS = 50;

interface Answer {
  readonly status: number;
  /** What S3 calls the error, such as AccessDenied. */
  readonly code: string | undefined;
}

export class ObjectStore {
  private readonly base: URL;
  private readonly http = NodeHttpHandler.create(clientSettings.requestHandler);
  private readonly signer: SignatureV4;

  constructor(
    bucket: string,
    environment: Environment,
    private readonly pause: (milliseconds: number) => Promise<void> = (milliseconds) => wait(milliseconds),
  ) {
    const region = required(environment, "AWS_REGION");
    const endpoint = environment.AWS_ENDPOINT_URL_S3 || environment.AWS_ENDPOINT_URL;
    this.base = new URL(endpoint ? `${endpoint.replace(/\/+$/, "")}/${bucket}/` : `https://${bucket}.s3.${region}.amazonaws.com/`);
    this.signer = new SignatureV4({
      service: "s3",
      region,
      credentials: defaultProvider(),
      sha256: Hash.bind(null, "sha256"),
      // S3 signs the path as it is sent, other services sign it encoded once more.
      uriEscapePath: false,
    });
  }

  /** Writes a JSON object unless one with its key exists. What may pass is tried again; what fails is thrown. */
  async putOnce(key: string, json: string): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const request = await this.signed(key, json);
      const answer = await this.send(request).catch((error: Error) => error);
      // 412: it exists.
      if ("status" in answer && (answer.status === 200 || answer.status === 412)) return;
      if (attempt === clientSettings.maxAttempts || !mayPass(answer)) throw asError(answer);
      // Full jitter: writers that met once should not meet again.
      await this.pause(Math.random() * BACKOFF_MS * 2 ** attempt);
    }
  }

  private async signed(key: string, json: string) {
    const { protocol, hostname, host, port, pathname } = this.base;
    const request = new HttpRequest({
      method: "PUT",
      protocol,
      hostname,
      ...(port && { port: Number(port) }),
      path: pathname + key.split("/").map(extendedEncodeURIComponent).join("/"),
      headers: {
        host,
        "content-length": String(Buffer.byteLength(json)),
        "content-type": "application/json",
        "if-none-match": "*",
        // The bucket policy asks for the header, and for no key id: the AWS-managed key.
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-storage-class": "INTELLIGENT_TIERING",
      },
      body: json,
    });
    // Adds x-amz-date, x-amz-content-sha256, x-amz-security-token and the signature over all of them.
    return HttpRequest.clone(await this.signer.sign(request));
  }

  private async send(request: HttpRequest): Promise<Answer> {
    const { response } = await this.http.handle(request);
    const chunks: Buffer[] = [];
    // Read to its end, so that the connection can be used again.
    for await (const chunk of response.body) chunks.push(chunk);
    return { status: response.statusCode, code: /<Code>(\w+)<\/Code>/.exec(Buffer.concat(chunks).toString())?.[1] };
  }
}

/** 409 is a write under way that may still fail: the caller's next attempt comes late enough, ours would not. */
function mayPass(answer: Answer | Error): boolean {
  return !("status" in answer) || answer.status >= 500 || answer.status === 429;
}

function asError(answer: Answer | Error): Error {
  return "status" in answer ? new PipelineError(`S3 refused the object: ${answer.code ?? answer.status}`) : answer;
}
