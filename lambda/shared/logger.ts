export type Level = "info" | "warn" | "error";
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes one JSON line per entry. The context travels with the logger; each entry adds what belongs to its message. */
export class Logger {
  constructor(
    private readonly context: LogFields,
    private readonly write: (line: string) => void = (line) => void process.stdout.write(line),
  ) {}

  with(context: LogFields): Logger {
    return new Logger({ ...this.context, ...context }, this.write);
  }

  log(level: Level, message: string, fields: LogFields = {}): void {
    this.write(`${JSON.stringify({ level, message, ...this.context, ...fields })}\n`);
  }
}
