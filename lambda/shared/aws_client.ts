// Signed requests, made of the parts that the SDK's clients are made of: docs/adr/0002 says why.
import { setTimeout as wait } from "node:timers/promises";
import { fromEnv } from "@aws-sdk/credential-provider-env";
import { HttpRequest } from "@smithy/core/protocols";
import { isServerError, isThrottlingError, isTransientError } from "@smithy/core/retry";
import { Hash } from "@smithy/core/serde";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { SignatureV4 } from "@smithy/signature-v4";
import { type Environment, required } from "./environment";

/**
 * A request that hangs is cut off and tried once more: a call takes little over two seconds at worst, so that the calls
 * of any function fit into its time limit.
 */
export const ATTEMPTS = 2;
// The request's time includes the connection's.
export const TIME_LIMITS = { connectionTimeout: 500, requestTimeout: 1_000, throwOnRequestTimeout: true };
const BACKOFF_MS = 50;

/** The names that services have in variables such as AWS_ENDPOINT_URL_EVENTBRIDGE, by the names that they are signed with. */
const ENDPOINT_NAMES = { dynamodb: "DYNAMODB", events: "EVENTBRIDGE", s3: "S3", sns: "SNS", sqs: "SQS" };
export type Service = keyof typeof ENDPOINT_NAMES;

export interface Request {
  readonly method: "POST" | "PUT";
  /** Encoded, and relative to the client's base. */
  readonly path?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer that is no success. Its name is AWS's own for the error, such as ThrottlingException. */
export class AwsError extends Error {
  override readonly name: string;
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(
    readonly status: number,
    errorType: string | undefined,
    readonly body: string,
  ) {
    super(`AWS answered ${status}`);
    this.name = errorType?.split(":")[0] || codeIn(body) || String(status);
    this.$metadata = { httpStatusCode: status };
  }
}

export interface ClientSettings {
  readonly environment?: Environment;
  /** What the requests' paths are relative to; the service in the region, if it is not given. */
  readonly base?: URL;
  readonly timeLimits?: typeof TIME_LIMITS;
  readonly pause?: (milliseconds: number) => Promise<void>;
}

export class AwsClient {
  private readonly base: URL;
  private readonly http: NodeHttpHandler;
  private readonly signer: SignatureV4;
  private readonly pause: (milliseconds: number) => Promise<void>;

  constructor(service: Service, { environment = process.env, base, timeLimits = TIME_LIMITS, pause = wait }: ClientSettings = {}) {
    const region = required(environment, "AWS_REGION");
    this.base = base ?? new URL(endpointOf(service, environment) ?? `https://${service}.${region}.amazonaws.com/`);
    this.http = new NodeHttpHandler(timeLimits);
    this.pause = pause;
    this.signer = new SignatureV4({
      service,
      region,
      credentials: fromEnv(),
      sha256: Hash.bind(null, "sha256"),
      // S3 signs the path as it is sent, other services sign it encoded once more.
      uriEscapePath: service !== "s3",
    });
  }

  /** The answer's body. What may pass is tried again; what fails is thrown. */
  async send(request: Request, abortSignal?: AbortSignal): Promise<string> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.attempt(request, abortSignal);
      } catch (error) {
        if (attempt === ATTEMPTS || abortSignal?.aborted || !mayPass(error)) throw error;
        // Full jitter: requests that met once should not meet again.
        await this.pause(Math.random() * BACKOFF_MS * 2 ** attempt);
      }
    }
  }

  private async attempt({ method, path = "", headers, body }: Request, abortSignal?: AbortSignal): Promise<string> {
    const { protocol, hostname, host, port, pathname } = this.base;
    const trace = process.env._X_AMZN_TRACE_ID;
    const request = new HttpRequest({
      method,
      protocol,
      hostname,
      ...(port && { port: Number(port) }),
      path: pathname + path,
      headers: {
        host,
        "content-length": String(Buffer.byteLength(body)),
        ...headers,
        // By it, AWS Lambda stops functions that call each other endlessly.
        ...(trace && { "x-amzn-trace-id": trace }),
      },
      body,
    });
    // Adds x-amz-date, x-amz-content-sha256, x-amz-security-token and the signature over all of them.
    const signed = HttpRequest.clone(await this.signer.sign(request));
    const { response } = await this.http.handle(signed, { ...(abortSignal && { abortSignal }) });
    const chunks: Buffer[] = [];
    // Read to its end, so that the connection can be used again.
    for await (const chunk of response.body) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    if (response.statusCode === 200) return text;
    throw new AwsError(response.statusCode, response.headers["x-amzn-errortype"], text);
  }
}

/** Where a variable of the SDK's says that the service is, in a test for instance. */
export function endpointOf(service: Service, environment: Environment): string | undefined {
  return environment[`AWS_ENDPOINT_URL_${ENDPOINT_NAMES[service]}`] || environment.AWS_ENDPOINT_URL || undefined;
}

/** JSON says `"__type":"com.amazon.coral.service#ThrottlingException"`, XML `<Code>SlowDown</Code>`. */
function codeIn(body: string): string | undefined {
  return /"__type"\s*:\s*"(?:[^"#]*#)?(\w+)/.exec(body)?.[1] ?? /<Code>([\w.]+)<\/Code>/.exec(body)?.[1];
}

function mayPass(error: unknown): boolean {
  const failure = error as Parameters<typeof isTransientError>[0];
  return isTransientError(failure) || isThrottlingError(failure) || isServerError(failure);
}
