import type { QueryOutput } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { isConditionFailure } from "../../shared/errors";
import { eventEntry, putEvent } from "../../shared/event_bus";
import type { DynamoDb, EventBridge } from "../../shared/json_api";
import { SOURCE, type TransactionReceived } from "../events";
import { objectKey, processedObject, suspicion, type Verdict, verdictRecord } from "./logic";
import type { ObjectStore } from "./object_store";
import { parseRuleVersion, type RuleVersion } from "./rule";

export interface VerdictClients {
  readonly dynamodb: DynamoDb;
  readonly eventBridge: EventBridge;
  readonly objects: Pick<ObjectStore, "putOnce">;
}

export interface VerdictSettings {
  readonly auditLogsTable: string;
  readonly systemBus: string;
}

/** All versions of a rule, newest first. */
export async function readRuleVersions(dynamodb: DynamoDb, table: string, ruleId: string): Promise<RuleVersion[]> {
  const query = {
    TableName: table,
    KeyConditionExpression: "ruleId = :rule",
    ExpressionAttributeValues: marshall({ ":rule": ruleId }),
    ConsistentRead: true,
    ScanIndexForward: false,
  };
  const versions: RuleVersion[] = [];
  let ExclusiveStartKey: QueryOutput["LastEvaluatedKey"];
  do {
    const { Items = [], LastEvaluatedKey } = await dynamodb.call("Query", { ...query, ExclusiveStartKey });
    versions.push(...Items.map((item) => parseRuleVersion(unmarshall(item))));
    ExclusiveStartKey = LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return versions;
}

export class VerdictStore {
  constructor(
    private readonly clients: VerdictClients,
    private readonly settings: VerdictSettings,
  ) {}

  /** Object, announcement, record: the record comes last, so that it says that all is done. */
  async save(detail: TransactionReceived, verdict: Verdict): Promise<void> {
    await this.clients.objects.putOnce(objectKey(detail, verdict.ruleId), processedObject(detail, verdict));
    if (verdict.outcome === "suspected") await this.announce(detail, verdict);
    await this.record(detail, verdict);
  }

  private async announce(detail: TransactionReceived, verdict: Verdict): Promise<void> {
    const text = JSON.stringify(suspicion(detail, verdict));
    await putEvent(this.clients.eventBridge, eventEntry(this.settings.systemBus, SOURCE, "FraudSuspected", text, detail));
  }

  private async record(detail: TransactionReceived, verdict: Verdict): Promise<void> {
    try {
      await this.clients.dynamodb.call("PutItem", {
        TableName: this.settings.auditLogsTable,
        Item: marshall(verdictRecord(detail, verdict)),
        ConditionExpression: "attribute_not_exists(transactionId)",
      });
    } catch (error) {
      // A delivery of the same event was here before: verdicts are deterministic, so it wrote the same.
      if (!isConditionFailure(error)) throw error;
    }
  }
}
