import assert from "node:assert/strict";
import { test } from "node:test";
import { Topic } from "../../../../lambda/realtime/notifier/topic";
import { AwsClient } from "../../../../lambda/shared/aws_client";
import { FakeService, said } from "../support/fake_service";

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
