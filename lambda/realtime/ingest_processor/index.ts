import { setTimeout as wait } from "node:timers/promises";
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from "aws-lambda";
import { required, requiredSeconds } from "../../shared/environment";
import { describeError } from "../../shared/errors";
import { dynamoDb, eventBridge, queues } from "../../shared/json_api";
import { Logger } from "../../shared/logger";
import { type TraceContext, traceContext } from "../../shared/trace";
import { within } from "../../shared/within";
import type { Transaction } from "../events";
import { accepted, conflict, refused, tryAgain } from "./answers";
import { readBody } from "./body";
import { enrich } from "./logic";
import { TransactionPublisher } from "./publisher";
import { TransactionStore } from "./store";
import { TIME_TO_ANSWER, TIME_TO_KEEP, timeLeftOf, type TimeLeft } from "./time_budget";
import { validate } from "./validation";

const BODY_ERROR = { field: "body", rule: "a JSON object of at most 64 KiB, in UTF-8" };

export interface Dependencies {
  readonly store: TransactionStore;
  readonly publisher: TransactionPublisher;
  readonly logger: Logger;
  readonly now: () => number;
}

export function createHandler(dependencies: Dependencies) {
  return async (event: APIGatewayProxyEvent, context: Partial<Context>): Promise<APIGatewayProxyResult> => {
    const trace = traceContext(process.env._X_AMZN_TRACE_ID, traceHeader(event));
    const logger = dependencies.logger.with({ traceId: trace.traceId, transactionId: null });
    const body = readBody(event);
    const validated = body ? validate(body, dependencies.now()) : { errors: [BODY_ERROR] };
    if ("errors" in validated) {
      logger.log("info", "request refused", { fields: validated.errors.map(({ field }) => field) });
      return refused(validated.errors);
    }
    const { transaction } = validated;
    const scoped = { ...dependencies, logger: logger.with({ transactionId: transaction.transactionId }) };
    try {
      return await ingest(scoped, transaction, trace, timeLeftOf(context));
    } catch (error) {
      scoped.logger.log("error", "transaction not accepted", describeError(error));
      return tryAgain();
    }
  };
}

async function ingest(
  { store, publisher, logger, now }: Dependencies,
  transaction: Transaction,
  trace: TraceContext,
  timeLeft: TimeLeft,
): Promise<APIGatewayProxyResult> {
  const receivedAt = new Date(now()).toISOString();
  const { detail, acceptance } = await within(timeLeft() - TIME_TO_KEEP - TIME_TO_ANSWER, async (abortSignal) => {
    const earlierTransactions = await store.countRecent(transaction.accountId, transaction.ts, abortSignal);
    const enriched = enrich(transaction, { earlierTransactions, receivedAt, trace });
    return { detail: enriched, acceptance: await store.accept(enriched, abortSignal) };
  });
  if (acceptance.contentHash !== detail.contentHash) {
    logger.log("warn", "transactionId taken");
    return conflict();
  }
  // A repeat publishes too: the first attempt may have ended between the write and this line.
  await publisher.publish(acceptance.detail, timeLeft);
  logger.log("info", "transaction accepted", { receivedAt: acceptance.receivedAt });
  return accepted(transaction.transactionId, acceptance.receivedAt);
}

function traceHeader({ headers }: APIGatewayProxyEvent): string | undefined {
  return Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === "x-amzn-trace-id")?.[1];
}

function fromEnvironment(): Dependencies {
  const { env } = process;
  const store = new TransactionStore(
    dynamoDb(),
    {
      transactionsTable: required(env, "TRANSACTIONS_TABLE"),
      auditLogsTable: required(env, "AUDIT_LOGS_TABLE"),
      windowSeconds: requiredSeconds(env, "VELOCITY_WINDOW_SECONDS"),
    },
    (milliseconds) => wait(milliseconds),
  );
  const publisher = new TransactionPublisher(eventBridge(), queues(), {
    transactionBus: required(env, "TRANSACTION_BUS"),
    failureQueueUrl: required(env, "FAILURE_QUEUE_URL"),
  });
  const logger = new Logger({ function: "ingest_processor", stage: required(env, "STAGE") });
  return { store, publisher, logger, now: Date.now };
}

export const handler = createHandler(fromEnvironment());
