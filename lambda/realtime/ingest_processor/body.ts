import { Buffer } from "node:buffer";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { hasTwoDecimals, lastNumberNamed } from "./json_numbers";

const BODY_LIMIT = 64 * 1024;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What API Gateway puts where bytes are no UTF-8: the text is not what was sent. */
const DAMAGED = "\ufffd";

/** The JSON object in the request's body; undefined when there is none, its text is damaged, or it is over 64 KiB. */
export function readBody({ body, isBase64Encoded }: Pick<APIGatewayProxyEvent, "body" | "isBase64Encoded">): object | undefined {
  const bytes = Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8");
  if (bytes.length > BODY_LIMIT) return undefined;
  try {
    const text = utf8.decode(bytes);
    if (text.includes(DAMAGED)) return undefined;
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? withExactAmount(value, text) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * JSON.parse rounds 12.50000000000000001 to 12.5. Such an amount is handed on as the text that it was, which is no number:
 * a body says the amount that is stored, or it is refused.
 */
function withExactAmount(body: { readonly amount?: unknown }, text: string): object {
  if (typeof body.amount !== "number") return body;
  const sent = lastNumberNamed("amount", text);
  return sent === undefined || hasTwoDecimals(sent) ? body : { ...body, amount: sent };
}
