import { randomUUID } from "node:crypto";
import type { CancellationReason, TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { AwsError } from "../../shared/aws_client";
import { PipelineError } from "../../shared/errors";
import type { DynamoDb } from "../../shared/json_api";
import type { TransactionReceived } from "../events";
import { type Acceptance, acceptanceRecord, COUNT_LIMIT, transactionRecord, windowKeys } from "./logic";

const ATTEMPTS = 4;
const BACKOFF_MS = 25;

export interface StoreSettings {
  readonly transactionsTable: string;
  readonly auditLogsTable: string;
  readonly windowSeconds: number;
}

export class TransactionStore {
  constructor(
    private readonly dynamodb: DynamoDb,
    private readonly settings: StoreSettings,
    private readonly wait: (milliseconds: number) => Promise<void>,
  ) {}

  /** How many transactions of the account are in the window that ends at `ts`, at most 100. */
  async countRecent(accountId: string, ts: string, abortSignal: AbortSignal): Promise<number> {
    const { from, to } = windowKeys(ts, this.settings.windowSeconds);
    const { Count = 0 } = await this.dynamodb.call(
      "Query",
      {
        TableName: this.settings.transactionsTable,
        KeyConditionExpression: "accountId = :account AND ts BETWEEN :from AND :to",
        ExpressionAttributeValues: marshall({ ":account": accountId, ":from": from, ":to": to }),
        ConsistentRead: true,
        Select: "COUNT",
        Limit: COUNT_LIMIT,
      },
      abortSignal,
    );
    return Count;
  }

  /** Writes both records, if the transactionId is new, and gives the acceptance that holds from now on: ours or the older one. */
  async accept(detail: TransactionReceived, abortSignal: AbortSignal): Promise<Acceptance> {
    const acceptance = acceptanceRecord(detail);
    const TransactItems = [
      putIfNew(this.settings.transactionsTable, transactionRecord(detail)),
      putIfNew(this.settings.auditLogsTable, acceptance),
    ];
    for (let attempt = 1; ; attempt += 1) {
      try {
        // By the token DynamoDB knows a request that is sent again because its answer was lost.
        await this.dynamodb.call("TransactWriteItems", { TransactItems, ClientRequestToken: randomUUID() }, abortSignal);
        return acceptance;
      } catch (error) {
        const older = olderAcceptance(error);
        if (older) return older;
        if (attempt === ATTEMPTS || !isContention(error)) throw error;
        // Full jitter: requests that met once should not meet again.
        await this.wait(Math.random() * BACKOFF_MS * 2 ** attempt);
      }
    }
  }
}

function putIfNew(TableName: string, record: object): TransactWriteItem {
  return {
    Put: {
      TableName,
      Item: marshall(record),
      // On a key that exists, so it holds only if no item does.
      ConditionExpression: "attribute_not_exists(ts)",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    },
  };
}

/** The acceptance record that stood in the way. It is the second item of the transaction. */
function olderAcceptance(error: unknown): Acceptance | undefined {
  const item = cancellationReasons(error)?.[1]?.Item;
  if (!item) return undefined;
  const { receivedAt, contentHash, detail } = unmarshall(item) as Record<keyof Acceptance, unknown>;
  if (typeof receivedAt !== "string" || typeof contentHash !== "string" || typeof detail !== "string") {
    throw new PipelineError("the acceptance record is incomplete");
  }
  return { receivedAt, contentHash, detail };
}

function isContention(error: unknown): boolean {
  if (error instanceof Error && error.name === "TransactionInProgressException") return true;
  const codes = new Set(cancellationReasons(error)?.map(({ Code }) => Code));
  return ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"].some((code) => codes.has(code));
}

/** Why a transaction was cancelled, item by item; undefined when it was not. */
function cancellationReasons(error: unknown): CancellationReason[] | undefined {
  if (!(error instanceof AwsError) || error.name !== "TransactionCanceledException") return undefined;
  return (JSON.parse(error.body) as { CancellationReasons?: CancellationReason[] }).CancellationReasons;
}
