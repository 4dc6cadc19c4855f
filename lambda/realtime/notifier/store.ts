import { marshall } from "@aws-sdk/util-dynamodb";
import { isConditionFailure } from "../../shared/errors";
import type { DynamoDb } from "../../shared/json_api";
import type { FraudSuspected } from "../events";
import { alertKey, alertRecord } from "./logic";

export class AlertStore {
  constructor(
    private readonly dynamodb: DynamoDb,
    private readonly auditLogsTable: string,
  ) {}

  async isRecorded(detail: FraudSuspected): Promise<boolean> {
    const { Item } = await this.dynamodb.call("GetItem", {
      TableName: this.auditLogsTable,
      Key: marshall(alertKey(detail)),
      ConsistentRead: true,
    });
    return Item !== undefined;
  }

  async record(detail: FraudSuspected): Promise<void> {
    try {
      await this.dynamodb.call("PutItem", {
        TableName: this.auditLogsTable,
        Item: marshall(alertRecord(detail)),
        ConditionExpression: "attribute_not_exists(transactionId)",
      });
    } catch (error) {
      // Another delivery of the same event recorded it meanwhile.
      if (!isConditionFailure(error)) throw error;
    }
  }
}
