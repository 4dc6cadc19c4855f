import { PipelineError } from "../../shared/errors";
import type { TransactionReceived } from "../events";
import { type Condition, isScalar, type Scalar, type Wanted } from "./rule";

export interface Reason {
  readonly field: string;
  readonly operator: string;
  readonly wanted: Wanted;
  readonly found: Scalar | null;
  readonly held: boolean;
}

type Operator = (found: Scalar, wanted: Wanted) => boolean | undefined;

const compare =
  (holds: (found: number, wanted: number) => boolean): Operator =>
  (found, wanted) =>
    typeof found === "number" && typeof wanted === "number" ? holds(found, wanted) : undefined;

const membership =
  (expected: boolean): Operator =>
  (found, wanted) =>
    isScalar(wanted) ? undefined : wanted.includes(found) === expected;

/** Each gives undefined when it cannot judge values of these types. */
const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ["gte", compare((found, wanted) => found >= wanted)],
  ["lte", compare((found, wanted) => found <= wanted)],
  ["in", membership(true)],
  ["notIn", membership(false)],
  ["is", (found, wanted) => (isScalar(wanted) ? found === wanted : undefined)],
]);

/** Texts that a transaction may lack. */
const OPTIONAL_FIELDS = new Set(["merchantId"]);

/**
 * What a condition found. On an optional field that is missing it found null and does not hold, whatever the operator.
 * Throws when it cannot be judged: unknown operator, any other missing field, or types that do not fit.
 */
export function evaluate({ field, operator, value: wanted }: Condition, detail: TransactionReceived): Reason {
  const sent = Object.hasOwn(detail, field);
  const missing = !sent && OPTIONAL_FIELDS.has(field);
  // In place of a missing text the empty one: the condition must be one that can be judged, all the same.
  const found: unknown = missing ? "" : sent ? detail[field as keyof TransactionReceived] : undefined;
  const held = isScalar(found) ? OPERATORS.get(operator)?.(found, wanted) : undefined;
  if (!isScalar(found) || held === undefined) {
    throw new PipelineError(`cannot judge the condition "${field} ${operator}"`);
  }
  return missing ? { field, operator, wanted, found: null, held: false } : { field, operator, wanted, found, held };
}
