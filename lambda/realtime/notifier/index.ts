import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SNSClient } from "@aws-sdk/client-sns";
import { clientSettings } from "../../shared/aws_client";
import { required } from "../../shared/environment";
import { logged } from "../../shared/logged";
import { Logger } from "../../shared/logger";
import { parseEvent } from "./logic";
import { AlertStore } from "./store";

export interface Dependencies {
  readonly alerts: AlertStore;
  readonly logger: Logger;
}

export function createHandler({ alerts, logger }: Dependencies) {
  return async (event: unknown): Promise<void> => {
    const detail = await logged(logger, "input refused", () => parseEvent(event));
    const { transactionId, ruleId, trace } = detail;
    const scoped = logger.with({ traceId: trace.traceId, transactionId, ruleId });
    await logged(scoped, "alert failed", async () => {
      if (await alerts.isRecorded(detail)) return scoped.log("info", "already alerted");
      // Recorded last: a crash in between repeats an alert, the other order would lose it.
      await alerts.publish(detail);
      await alerts.record(detail);
      scoped.log("info", "alerted");
    });
  };
}

function fromEnvironment(): Dependencies {
  const alerts = new AlertStore(new DynamoDBClient(clientSettings), new SNSClient(clientSettings), {
    auditLogsTable: required(process.env, "AUDIT_LOGS_TABLE"),
    topicArn: required(process.env, "ALERT_TOPIC_ARN"),
  });
  return { alerts, logger: new Logger({ function: "notifier", stage: required(process.env, "STAGE") }) };
}

export const handler = createHandler(fromEnvironment());
