import { required, requiredSeconds } from "../../shared/environment";
import { dynamoDb, eventBridge } from "../../shared/json_api";
import { logged } from "../../shared/logged";
import { Logger } from "../../shared/logger";
import { parseInput } from "./input";
import { judge } from "./logic";
import { ObjectStore } from "./object_store";
import { RuleCache } from "./rule_cache";
import { readRuleVersions, VerdictStore } from "./store";

export interface Dependencies {
  readonly rules: RuleCache;
  readonly verdicts: VerdictStore;
  readonly logger: Logger;
}

export function createHandler({ rules, verdicts, logger }: Dependencies) {
  return async (event: unknown): Promise<void> => {
    const { ruleId, detail } = await logged(logger, "input refused", () => parseInput(event));
    const { transactionId, receivedAt, trace } = detail;
    const scoped = logger.with({ traceId: trace.traceId, transactionId, ruleId });
    await logged(scoped, "no verdict", async () => {
      const verdict = judge(await rules.inForce(ruleId, receivedAt), detail);
      await verdicts.save(detail, verdict);
      scoped.log("info", "verdict", { outcome: verdict.outcome, ruleVersion: verdict.ruleVersion });
    });
  };
}

function fromEnvironment(): Dependencies {
  const { env } = process;
  const dynamodb = dynamoDb();
  const rulesTable = required(env, "RULES_TABLE");
  const readVersions = (ruleId: string) => readRuleVersions(dynamodb, rulesTable, ruleId);
  const clients = {
    dynamodb,
    eventBridge: eventBridge(),
    objects: new ObjectStore(required(env, "PROCESSED_BUCKET")),
  };
  return {
    rules: new RuleCache(readVersions, requiredSeconds(env, "RULES_CACHE_SECONDS"), Date.now),
    verdicts: new VerdictStore(clients, {
      auditLogsTable: required(env, "AUDIT_LOGS_TABLE"),
      systemBus: required(env, "SYSTEM_BUS"),
    }),
    logger: new Logger({ function: "fraud_detector", stage: required(env, "STAGE") }),
  };
}

export const handler = createHandler(fromEnvironment());
