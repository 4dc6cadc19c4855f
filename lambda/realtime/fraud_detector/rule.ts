import { PipelineError } from "../../shared/errors";

export type Scalar = string | number | boolean;
export type Wanted = Scalar | readonly Scalar[];

export interface Condition {
  readonly field: string;
  readonly operator: string;
  readonly value: Wanted;
}

/** One version of a rule. It takes effect at `effectiveFrom` and never changes. */
export interface RuleVersion {
  readonly ruleId: string;
  readonly version: number;
  readonly effectiveFrom: string;
  readonly severity: string;
  readonly conditions: readonly Condition[];
}

/** Checks a stored item. Throws on a malformed one, for a rule that cannot be read must not pass. */
export function parseRuleVersion(item: Readonly<Record<string, unknown>>): RuleVersion {
  const { ruleId, version, effectiveFrom, severity, conditions } = item;
  if (
    typeof ruleId !== "string" ||
    typeof version !== "number" ||
    typeof effectiveFrom !== "string" ||
    typeof severity !== "string" ||
    !Array.isArray(conditions) ||
    conditions.length === 0 ||
    !conditions.every(isCondition)
  ) {
    throw new PipelineError(`rule ${String(ruleId)} has a malformed version ${String(version)}`);
  }
  return { ruleId, version, effectiveFrom, severity, conditions };
}

export function isScalar(value: unknown): value is Scalar {
  return ["string", "number", "boolean"].includes(typeof value);
}

function isCondition(value: unknown): value is Condition {
  if (typeof value !== "object" || value === null) return false;
  const { field, operator, value: wanted } = value as Partial<Record<keyof Condition, unknown>>;
  const isWanted = isScalar(wanted) || (Array.isArray(wanted) && wanted.every(isScalar));
  return typeof field === "string" && typeof operator === "string" && isWanted;
}
