import { type DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";
import { marshall } from "@aws-sdk/util-dynamodb";
import { isConditionFailure } from "../../shared/errors";
import type { FraudSuspected } from "../../shared/events";
import { alert, alertKey, alertRecord } from "./logic";

export interface AlertSettings {
  readonly auditLogsTable: string;
  readonly topicArn: string;
}

export class AlertStore {
  constructor(
    private readonly dynamodb: DynamoDBClient,
    private readonly sns: SNSClient,
    private readonly settings: AlertSettings,
  ) {}

  async isRecorded(detail: FraudSuspected): Promise<boolean> {
    const { Item } = await this.dynamodb.send(
      new GetItemCommand({
        TableName: this.settings.auditLogsTable,
        Key: marshall(alertKey(detail)),
        ConsistentRead: true,
      }),
    );
    return Item !== undefined;
  }

  async publish(detail: FraudSuspected): Promise<void> {
    const { subject, message, attributes } = alert(detail);
    await this.sns.send(
      new PublishCommand({
        TopicArn: this.settings.topicArn,
        Subject: subject,
        Message: message,
        MessageAttributes: {
          ruleId: { DataType: "String", StringValue: attributes.ruleId },
          severity: { DataType: "String", StringValue: attributes.severity },
        },
      }),
    );
  }

  async record(detail: FraudSuspected): Promise<void> {
    try {
      await this.dynamodb.send(
        new PutItemCommand({
          TableName: this.settings.auditLogsTable,
          Item: marshall(alertRecord(detail)),
          ConditionExpression: "attribute_not_exists(transactionId)",
        }),
      );
    } catch (error) {
      // Another delivery of the same event recorded it meanwhile.
      if (!isConditionFailure(error)) throw error;
    }
  }
}
