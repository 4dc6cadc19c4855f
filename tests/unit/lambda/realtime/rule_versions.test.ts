import assert from "node:assert/strict";
import { test } from "node:test";
import type { QueryInput } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { readRuleVersions } from "../../../../lambda/realtime/fraud_detector/store";
import { FakeApi } from "../support/fake_aws";

const item = (version: number) =>
  marshall({
    ruleId: "night-time",
    version,
    effectiveFrom: "1970-01-01T00:00:00.000Z",
    severity: "low",
    conditions: [{ field: "localHour", operator: "lte", value: 5 }],
  });

test("[RT_REPLAY] all pages of a rule's versions are read, newest first and consistently", async () => {
  const LastEvaluatedKey = marshall({ ruleId: "night-time", version: 2 });
  const fake = new FakeApi<QueryInput>(({ ExclusiveStartKey }) =>
    ExclusiveStartKey ? { Items: [item(1)] } : { Items: [item(3), item(2)], LastEvaluatedKey },
  );
  const versions = await readRuleVersions(fake.as(), "rules", "night-time");
  assert.deepEqual(versions.map(({ version }) => version), [3, 2, 1]);
  const { TableName, ConsistentRead, ScanIndexForward } = fake.sent[0] ?? {};
  assert.deepEqual({ TableName, ConsistentRead, ScanIndexForward }, { TableName: "rules", ConsistentRead: true, ScanIndexForward: false });
});
