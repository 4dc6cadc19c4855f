import type {
  AttributeValue,
  CancellationReason,
  GetItemInput,
  PutItemInput,
  QueryInput,
  TransactWriteItemsInput,
} from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { AwsError } from "../../../../lambda/shared/aws_client";

type Item = Record<string, AttributeValue>;

/** Stands in for a service, and keeps what was sent. */
export class FakeApi<Input extends object> {
  readonly sent: Input[] = [];

  constructor(public answer: (input: Input, action: string) => unknown = () => ({})) {}

  async call(action: string, input: Input): Promise<unknown> {
    this.sent.push(input);
    return this.answer(input, action);
  }

  /** The fake as the service that it stands in for. */
  as<Api>(): Api {
    return this as unknown as Api;
  }
}

const refused = (name: string, more: object = {}) =>
  new AwsError(400, undefined, JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, ...more }));

export const taken = () => refused("ConditionalCheckFailedException");

export const cancelled = (...codes: string[]) => cancelledFor(codes.map((Code) => ({ Code })));

const cancelledFor = (CancellationReasons: CancellationReason[]) =>
  refused("TransactionCanceledException", { CancellationReasons });

/** Tables that know what the functions use: conditional puts, transactions, counts and gets. */
export class FakeTables {
  readonly tables = new Map<string, Map<string, Item>>();
  readonly client = new FakeApi<object>((input, action) => this.answer(input, action));
  /** Errors that the next transactions meet, first to last. */
  readonly troubles: Error[] = [];

  items(table: string): Record<string, unknown>[] {
    return [...this.table(table).values()].map((item) => unmarshall(item));
  }

  private answer(input: object, action: string): unknown {
    if (action === "Query") return this.count(input as QueryInput);
    if (action === "TransactWriteItems") return this.transact(input as TransactWriteItemsInput);
    if (action === "GetItem") return this.get(input as GetItemInput);
    return this.put(input as PutItemInput);
  }

  private count({ TableName = "", ExpressionAttributeValues = {}, Limit = Infinity }: QueryInput) {
    const { ":account": account, ":from": from, ":to": to } = unmarshall(ExpressionAttributeValues);
    const found = this.items(TableName).filter(({ accountId, ts }) => accountId === account && String(ts) >= from && String(ts) <= to);
    return { Count: Math.min(found.length, Limit) };
  }

  private transact({ TransactItems = [] }: TransactWriteItemsInput) {
    const trouble = this.troubles.shift();
    if (trouble) throw trouble;
    const puts = TransactItems.flatMap(({ Put }) => (Put ? [Put] : []));
    const old = puts.map(({ TableName = "", Item = {} }) => this.table(TableName).get(keyOf(Item)));
    if (old.some(Boolean)) {
      throw cancelledFor(old.map((item) => (item ? { Code: "ConditionalCheckFailed", Item: item } : { Code: "None" })));
    }
    for (const { TableName = "", Item = {} } of puts) this.table(TableName).set(keyOf(Item), Item);
    return {};
  }

  private get({ TableName = "", Key = {} }: GetItemInput) {
    return { Item: this.table(TableName).get(keyOf(Key)) };
  }

  private put({ TableName = "", Item = {} }: PutItemInput) {
    if (this.table(TableName).has(keyOf(Item))) throw taken();
    this.table(TableName).set(keyOf(Item), Item);
    return {};
  }

  private table(name: string): Map<string, Item> {
    const table = this.tables.get(name) ?? new Map<string, Item>();
    this.tables.set(name, table);
    return table;
  }
}

/** The tables' partition keys differ; accountId is one only where ts is the bare sort key. */
function keyOf(item: Item): string {
  const { transactionId, accountId, ts } = unmarshall(item);
  const isTransaction = String(ts).endsWith(`#${transactionId}`);
  return `${isTransaction ? accountId : transactionId}|${ts}`;
}
