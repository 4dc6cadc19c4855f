import { TIME_ZONE_NAMES } from "./time_zone_names";

const FORMATTERS_KEPT = 1_000;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** Whether the name is one of the IANA database's, spelled as there, that this Node.js knows. Intl itself takes `utc` and `PST`, too. */
export function isTimeZone(name: string): boolean {
  return TIME_ZONE_NAMES.has(name) && hourFormatter(name) !== undefined;
}

/** The hour, 0 to 23, that a clock in the zone showed. The zone must be valid. */
export function localHour(milliseconds: number, zone: string): number {
  return Number(hourFormatter(zone)?.format(milliseconds));
}

/** Building a formatter takes far longer than using it, so each zone's is kept. */
function hourFormatter(timeZone: string): Intl.DateTimeFormat | undefined {
  const known = formatters.get(timeZone);
  if (known) return known;
  try {
    const formatter = new Intl.DateTimeFormat("en-US", { timeZone, hour: "2-digit", hourCycle: "h23" });
    if (formatters.size >= FORMATTERS_KEPT) formatters.clear();
    formatters.set(timeZone, formatter);
    return formatter;
  } catch {
    return undefined;
  }
}
