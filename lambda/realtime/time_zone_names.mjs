// Writes lambda/realtime/ingest_processor/time_zone_names.ts: the names of the IANA time zone database, links included.
// usage: node lambda/realtime/time_zone_names.mjs <tzdata.zi>, a file of the database in its compact form: Debian and Ubuntu have it
// as /usr/share/zoneinfo/tzdata.zi, Python's package tzdata as tzdata/zoneinfo/tzdata.zi.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const WIDTH = 118;
const target = fileURLToPath(new URL("ingest_processor/time_zone_names.ts", import.meta.url));
const [source] = process.argv.slice(2);
if (!source) {
  console.error("usage: node lambda/realtime/time_zone_names.mjs <tzdata.zi>");
  process.exit(2);
}

const lines = readFileSync(source, "utf8").split("\n");
const version = /^# version (\w+)/.exec(lines[0] ?? "")?.[1];
if (!version) {
  console.error(`${source}: no tzdata.zi, for its first line names no version`);
  process.exit(2);
}
// "Z <name> ..." is a zone, "L <target> <name>" a link. Factory is a placeholder, not a zone.
const names = lines.flatMap((line) => /^(?:Z|L \S+) (\S+)/.exec(line)?.[1] ?? []).filter((name) => name !== "Factory");

const rows = [...new Set(names)].sort().reduce(
  (filled, name) => {
    const row = `${filled.at(-1)} ${name}`.trimStart();
    return row.length > WIDTH ? [...filled, name] : [...filled.slice(0, -1), row];
  },
  [""],
);
writeFileSync(
  target,
  `// Written by lambda/realtime/time_zone_names.mjs: the names of the IANA time zone database ${version}.
export const TIME_ZONE_NAMES: ReadonlySet<string> = new Set(
  \`
${rows.join("\n")}
\`.trim().split(/\\s/),
);
`,
);
console.log(`${names.length} names of ${version}`);
