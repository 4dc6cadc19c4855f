import type { APIGatewayProxyResult } from "aws-lambda";
import type { RuleError } from "./validation";

const headers = { "Content-Type": "application/json" };

export function accepted(transactionId: string, receivedAt: string): APIGatewayProxyResult {
  return { statusCode: 202, headers, body: JSON.stringify({ transactionId, status: "accepted", receivedAt }) };
}

export function refused(errors: readonly RuleError[]): APIGatewayProxyResult {
  return { statusCode: 400, headers, body: JSON.stringify({ message: "The request is invalid.", errors }) };
}

export function conflict(): APIGatewayProxyResult {
  const errors = [{ field: "transactionId", rule: "unique: it was already accepted with other content" }];
  return { statusCode: 409, headers, body: JSON.stringify({ message: "The transactionId is taken.", errors }) };
}

export function tryAgain(): APIGatewayProxyResult {
  return {
    statusCode: 503,
    headers: { ...headers, "Retry-After": "1" },
    body: JSON.stringify({ message: "Not accepted for now. Send it again.", errors: [] }),
  };
}
