import assert from "node:assert/strict";
import { test } from "node:test";
import { Topic } from "../../../lambda/realtime/notifier/topic";
import { AwsClient } from "../../../lambda/shared/aws_client";
import { eventEntry, putEvent } from "../../../lambda/shared/event_bus";
import { dynamoDb, eventBridge, queues } from "../../../lambda/shared/json_api";
import { authorization, FakeService } from "./support/fake_service";
import { RECEIVED_AT, TRACE } from "./support/samples";

/** What the one request said, and that it was signed for the service. */
async function said(service: FakeService, signedFor: string) {
  const [request = assert.fail("nothing was sent")] = service.received;
  assert.equal(service.received.length, 1);
  assert.equal(request.headers.authorization, authorization(request, signedFor));
  return { type: request.headers["content-type"], target: request.headers["x-amz-target"], body: request.body };
}

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
  await putEvent(eventBridge(new AwsClient("events", service.settings)), eventEntry("bus", "type", "{}", { receivedAt: RECEIVED_AT, trace: TRACE }));
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

test("SNS takes a form", async () => {
  const service = await FakeService.answering([200, "<PublishResponse/>"]);
  const alert = { subject: "Suspected fraud", message: '{"a":"ü&=+ %"}', attributes: { ruleId: "night-time", severity: "low" } } as const;
  await new Topic("arn:topic", new AwsClient("sns", service.settings)).publish(alert);
  const { type, body } = await said(service, "sns");
  assert.equal(type, "application/x-www-form-urlencoded");
  assert.deepEqual(Object.fromEntries(new URLSearchParams(body)), {
    Action: "Publish",
    Version: "2010-03-31",
    TopicArn: "arn:topic",
    Subject: "Suspected fraud",
    Message: '{"a":"ü&=+ %"}',
    "MessageAttributes.entry.1.Name": "ruleId",
    "MessageAttributes.entry.1.Value.DataType": "String",
    "MessageAttributes.entry.1.Value.StringValue": "night-time",
    "MessageAttributes.entry.2.Name": "severity",
    "MessageAttributes.entry.2.Value.DataType": "String",
    "MessageAttributes.entry.2.Value.StringValue": "low",
  });
});
