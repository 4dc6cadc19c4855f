import assert from "node:assert/strict";
import { test } from "node:test";
import { AwsClient } from "../../../../lambda/shared/aws_client";
import { eventEntry, putEvent } from "../../../../lambda/shared/event_bus";
import { dynamoDb, eventBridge, queues } from "../../../../lambda/shared/json_api";
import { FakeService, said } from "../support/fake_service";
import { RECEIVED_AT, TRACE } from "../support/samples";

test("DynamoDB takes and gives JSON", async () => {
  const service = await FakeService.answering([200, '{"Count":3}']);
  const answer = await dynamoDb(new AwsClient("dynamodb", service.settings)).call("Query", { TableName: "t" });
  assert.deepEqual(answer, { Count: 3 });
  assert.deepEqual(await said(service, "dynamodb"), {
    type: "application/x-amz-json-1.0",
    target: "DynamoDB_20120810.Query",
    body: '{"TableName":"t"}',
  });
});

test("[RT_TRACE_EVENTS] an event's time is a number of seconds, to the millisecond", async () => {
  const service = await FakeService.answering([200, '{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}']);
  await putEvent(eventBridge(new AwsClient("events", service.settings)), eventEntry("bus", "source", "type", "{}", { receivedAt: RECEIVED_AT, trace: TRACE }));
  const { body, ...rest } = await said(service, "events");
  assert.deepEqual(rest, { type: "application/x-amz-json-1.1", target: "AWSEvents.PutEvents" });
  const [entry] = (JSON.parse(body) as { Entries: { Time: number; TraceHeader: string }[] }).Entries;
  assert.equal(new Date((entry?.Time ?? 0) * 1_000).toISOString(), RECEIVED_AT);
  assert.equal(entry?.TraceHeader, TRACE.header);
});

test("SQS takes and gives JSON", async () => {
  const service = await FakeService.answering([200, '{"MessageId":"1"}']);
  const message = { QueueUrl: "https://sqs.example/failure", MessageBody: "Grüße" };
  assert.deepEqual(await queues(new AwsClient("sqs", service.settings)).call("SendMessage", message), { MessageId: "1" });
  assert.deepEqual(await said(service, "sqs"), {
    type: "application/x-amz-json-1.0",
    target: "AmazonSQS.SendMessage",
    body: JSON.stringify(message),
  });
});
