const FORMATTERS_KEPT = 1_000;
const formatters = new Map<string, Intl.DateTimeFormat>();

const NAME = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/;
// What Intl accepts beside the IANA names: ICU's old abbreviations, and a placeholder that Node.js 22 dropped.
const NOT_IANA = new Set(
  ("ACT AET AGT ART AST BET BST CAT CNT CST CTT EAT ECT IET IST JST MIT NET NST PLT PNT PRT PST SST VST FACTORY").split(" "),
);

export function isTimeZone(name: string): boolean {
  return name.length <= 64 && NAME.test(name) && !NOT_IANA.has(name.toUpperCase()) && hourFormatter(name) !== undefined;
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
