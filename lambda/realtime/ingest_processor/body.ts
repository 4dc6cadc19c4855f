import { Buffer } from "node:buffer";
import type { APIGatewayProxyEvent } from "aws-lambda";

const BODY_LIMIT = 64 * 1024;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The JSON object in the request's body; undefined when there is none, or it is over 64 KiB. */
export function readBody({ body, isBase64Encoded }: Pick<APIGatewayProxyEvent, "body" | "isBase64Encoded">): object | undefined {
  const bytes = Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8");
  if (bytes.length > BODY_LIMIT) return undefined;
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
