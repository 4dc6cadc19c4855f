import { required } from "../../shared/environment";
import { dynamoDb } from "../../shared/json_api";
import { logged } from "../../shared/logged";
import { Logger } from "../../shared/logger";
import { alert, parseEvent } from "./logic";
import { AlertStore } from "./store";
import { Topic } from "./topic";

export interface Dependencies {
  readonly alerts: AlertStore;
  readonly topic: Pick<Topic, "publish">;
  readonly logger: Logger;
}

export function createHandler({ alerts, topic, logger }: Dependencies) {
  return async (event: unknown): Promise<void> => {
    const detail = await logged(logger, "input refused", () => parseEvent(event));
    const { transactionId, ruleId, trace } = detail;
    const scoped = logger.with({ traceId: trace.traceId, transactionId, ruleId });
    await logged(scoped, "alert failed", async () => {
      if (await alerts.isRecorded(detail)) return scoped.log("info", "already alerted");
      // Recorded last: a crash in between repeats an alert, the other order would lose it.
      await topic.publish(alert(detail));
      await alerts.record(detail);
      scoped.log("info", "alerted");
    });
  };
}

function fromEnvironment(): Dependencies {
  const { env } = process;
  return {
    alerts: new AlertStore(dynamoDb(), required(env, "AUDIT_LOGS_TABLE")),
    topic: new Topic(required(env, "ALERT_TOPIC_ARN")),
    logger: new Logger({ function: "notifier", stage: required(env, "STAGE") }),
  };
}

export const handler = createHandler(fromEnvironment());
