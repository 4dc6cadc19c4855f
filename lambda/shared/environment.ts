import { PipelineError } from "./errors";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The value of a variable. Throws, naming it, when it is missing or empty. */
export function required(environment: Environment, name: string): string {
  const value = environment[name];
  if (!value) throw new PipelineError(`the environment variable ${name} is missing`);
  return value;
}

/** The value of a variable that holds whole seconds. Throws, naming it, on anything else. */
export function requiredSeconds(environment: Environment, name: string): number {
  const value = required(environment, name);
  if (!/^[0-9]{1,9}$/.test(value)) throw new PipelineError(`the environment variable ${name} is not whole seconds`);
  return Number(value);
}
