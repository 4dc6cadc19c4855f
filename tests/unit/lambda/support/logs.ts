import { Logger } from "../../../../lambda/shared/logger";

/** A logger whose lines can be read. */
export function capturedLogs(context: Record<string, unknown>) {
  const lines: string[] = [];
  return {
    logger: new Logger(context, (line) => lines.push(line)),
    text: () => lines.join(""),
    entries: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}
