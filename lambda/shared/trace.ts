import { randomBytes } from "node:crypto";

export interface TraceContext {
  readonly traceId: string;
  readonly header: string;
}

const ROOT = /(?:^|;)Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)/;
const PARENT = /(?:^|;)Parent=([0-9a-f]{16})(?:;|$)/;
const SAMPLED = /(?:^|;)Sampled=([01?])(?:;|$)/;

/**
 * The X-Ray trace of this invocation: from the runtime, else from the request's header, else a new one.
 * The header is rebuilt from its known parts, for a client may have written it.
 */
export function traceContext(runtimeHeader?: string, requestHeader?: string): TraceContext {
  return parse(runtimeHeader) ?? parse(requestHeader) ?? freshTrace();
}

function parse(header = ""): TraceContext | undefined {
  const traceId = ROOT.exec(header)?.[1];
  if (traceId === undefined) return undefined;
  const parent = PARENT.exec(header)?.[1];
  const sampled = SAMPLED.exec(header)?.[1];
  const parts = [`Root=${traceId}`, parent && `Parent=${parent}`, sampled && `Sampled=${sampled}`];
  return { traceId, header: parts.filter(Boolean).join(";") };
}

function freshTrace(): TraceContext {
  const seconds = Math.floor(Date.now() / 1000).toString(16).padStart(8, "0");
  const traceId = `1-${seconds}-${randomBytes(12).toString("hex")}`;
  return { traceId, header: `Root=${traceId}` };
}
