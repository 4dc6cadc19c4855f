import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type CancellationReason,
  type GetItemCommandInput,
  type PutItemCommandInput,
  type QueryCommandInput,
  TransactionCanceledException,
  type TransactWriteItemsCommandInput,
} from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";

type Item = Record<string, AttributeValue>;
type Command = { readonly constructor: { readonly name: string }; readonly input: object };

const $metadata = {};

/** Stands in for the `send` of a client, and keeps what was sent. */
export class FakeClient<Input extends object> {
  readonly sent: Input[] = [];

  constructor(public answer: (input: Input, command: string) => unknown = () => ({})) {}

  async send(command: Command): Promise<unknown> {
    const input = command.input as Input;
    this.sent.push(input);
    return this.answer(input, command.constructor.name);
  }

  /** The fake as the client that it stands in for: `send` is all that the code calls. */
  as<Client>(): Client {
    return this as unknown as Client;
  }
}

export const taken = () => new ConditionalCheckFailedException({ $metadata, message: "The conditional request failed" });

export const cancelled = (...codes: string[]) => cancelledFor(codes.map((Code) => ({ Code })));

const cancelledFor = (CancellationReasons: CancellationReason[]) =>
  new TransactionCanceledException({ $metadata, message: "Transaction cancelled", CancellationReasons });

/** Tables that know what the functions use: conditional puts, transactions, counts and gets. */
export class FakeTables {
  readonly tables = new Map<string, Map<string, Item>>();
  readonly client = new FakeClient<object>((input, command) => this.answer(input, command));
  /** Errors that the next transactions meet, first to last. */
  readonly troubles: Error[] = [];

  items(table: string): Record<string, unknown>[] {
    return [...this.table(table).values()].map((item) => unmarshall(item));
  }

  private answer(input: object, command: string): unknown {
    if (command === "QueryCommand") return this.count(input as QueryCommandInput);
    if (command === "TransactWriteItemsCommand") return this.transact(input as TransactWriteItemsCommandInput);
    if (command === "GetItemCommand") return this.get(input as GetItemCommandInput);
    return this.put(input as PutItemCommandInput);
  }

  private count({ TableName = "", ExpressionAttributeValues = {}, Limit = Infinity }: QueryCommandInput) {
    const { ":account": account, ":from": from, ":to": to } = unmarshall(ExpressionAttributeValues);
    const found = this.items(TableName).filter(({ accountId, ts }) => accountId === account && String(ts) >= from && String(ts) <= to);
    return { Count: Math.min(found.length, Limit) };
  }

  private transact({ TransactItems = [] }: TransactWriteItemsCommandInput) {
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

  private get({ TableName = "", Key = {} }: GetItemCommandInput) {
    return { Item: this.table(TableName).get(keyOf(Key)) };
  }

  private put({ TableName = "", Item = {} }: PutItemCommandInput) {
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
