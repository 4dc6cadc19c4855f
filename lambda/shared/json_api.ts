// The services that take and give JSON, with the SDK's own types for it.
import type * as dynamodb from "@aws-sdk/client-dynamodb";
import type { PutEventsRequestEntry, PutEventsResponse } from "@aws-sdk/client-eventbridge";
import type { SendMessageRequest, SendMessageResult } from "@aws-sdk/client-sqs";
import { AwsClient } from "./aws_client";

/** Actions of a service: what each takes, and what it gives. */
type Actions<Of> = { readonly [Action in keyof Of]: readonly [object, object] };

export interface JsonApi<Of extends Actions<Of>> {
  call<Action extends keyof Of & string>(action: Action, input: Of[Action][0], abortSignal?: AbortSignal): Promise<Of[Action][1]>;
}

export type DynamoDb = JsonApi<{
  GetItem: [dynamodb.GetItemInput, dynamodb.GetItemOutput];
  PutItem: [dynamodb.PutItemInput, dynamodb.PutItemOutput];
  Query: [dynamodb.QueryInput, dynamodb.QueryOutput];
  TransactWriteItems: [dynamodb.TransactWriteItemsInput, dynamodb.TransactWriteItemsOutput];
}>;
/** In JSON a time is a number, in seconds. */
export type EventEntry = Omit<PutEventsRequestEntry, "Time"> & { readonly Time: number };
export type EventBridge = JsonApi<{ PutEvents: [{ readonly Entries: readonly EventEntry[] }, PutEventsResponse] }>;
export type Queues = JsonApi<{ SendMessage: [SendMessageRequest, SendMessageResult] }>;

function jsonApi<Of extends Actions<Of>>(client: AwsClient, target: string, version: "1.0" | "1.1"): JsonApi<Of> {
  return {
    async call(action, input, abortSignal) {
      const headers = { "content-type": `application/x-amz-json-${version}`, "x-amz-target": `${target}.${action}` };
      const answer = await client.send({ method: "POST", headers, body: JSON.stringify(input) }, abortSignal);
      return JSON.parse(answer || "{}");
    },
  };
}

// The names of the targets and the versions are those of the services' models in the SDK.
export const dynamoDb = (client = new AwsClient("dynamodb")): DynamoDb => jsonApi(client, "DynamoDB_20120810", "1.0");
export const eventBridge = (client = new AwsClient("events")): EventBridge => jsonApi(client, "AWSEvents", "1.1");
export const queues = (client = new AwsClient("sqs")): Queues => jsonApi(client, "AmazonSQS", "1.0");
