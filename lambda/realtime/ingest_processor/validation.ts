import type { Transaction } from "../events";
import { containsCardNumber, holdsCardData } from "./card_data";
import { FIELD_RULES } from "./fields";

export interface RuleError {
  readonly field: string;
  readonly rule: string;
}

export type Validated = { readonly transaction: Transaction } | { readonly errors: readonly RuleError[] };

const UNKNOWN_FIELDS_NAMED = 20;
const KNOWN_FIELDS = new Set<string>(FIELD_RULES.map(({ field }) => field));

/** Checks a parsed body against every rule. `now` is in milliseconds since 1970. */
export function validate(body: object, now: number): Validated {
  // A map, since a key such as __proto__ or constructor must not find what every object inherits.
  const sent = new Map<string, unknown>(Object.entries(body));
  const read = FIELD_RULES.map((row) => ({ ...row, missing: !sent.has(row.field), value: row.read(sent.get(row.field), now) }));
  const broken = read
    .filter(({ optional, missing, value }) => value === undefined && !(optional && missing))
    .map(({ field, rule, missing }) => ({ field, rule: missing ? "required" : rule }));
  const errors = [...cardDataErrors(sent), ...unknownFieldErrors(sent), ...broken];
  if (errors.length > 0) return { errors };
  const values = read.filter(({ missing }) => !missing).map(({ field, value }) => [field, value]);
  // The rows just read every field of the type.
  return { transaction: Object.fromEntries(values) as Transaction };
}

function cardDataErrors(sent: ReadonlyMap<string, unknown>): RuleError[] {
  // ts is kept as milliseconds only, and with nine decimals and a zone it has as many digits as a card number.
  const fields = [...sent].filter(([key, value]) => key !== "ts" && holdsCardData(key, value)).map(([key]) => key);
  return named(fields, "no card data: send tokens");
}

function unknownFieldErrors(sent: ReadonlyMap<string, unknown>): RuleError[] {
  return named([...sent.keys()].filter((key) => !KNOWN_FIELDS.has(key)), "not a field of the request");
}

/** One error for each name, and a bound on them: the names are the client's. */
function named(fields: readonly string[], rule: string): RuleError[] {
  return [...new Set(fields.map(safeName))].slice(0, UNKNOWN_FIELDS_NAMED).map((field) => ({ field, rule }));
}

function safeName(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(key) && !containsCardNumber(key) ? key : "unknown field";
}
