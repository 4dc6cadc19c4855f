// How long a fresh Node 18 takes to import each bundle, side by side with one that imports nothing.
// usage: node benchmarks/cold_import.mjs [rounds], after npm run bundle.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { node18 } from "../lambda/node18.mjs";

const AT_MOST = 1.4;

const rounds = Number(process.argv[2] ?? 31);
const bundles = fileURLToPath(new URL("../build/lambda", import.meta.url));
if (!existsSync(bundles)) {
  console.error("No bundles: run npm run bundle first.");
  process.exit(2);
}
const node = node18();

const names = "STAGE TRANSACTIONS_TABLE AUDIT_LOGS_TABLE TRANSACTION_BUS FAILURE_QUEUE_URL RULES_TABLE PROCESSED_BUCKET SYSTEM_BUS ALERT_TOPIC_ARN";
const env = {
  ...process.env,
  AWS_REGION: "eu-central-1",
  VELOCITY_WINDOW_SECONDS: "60",
  RULES_CACHE_SECONDS: "60",
  ...Object.fromEntries(names.split(" ").map((name) => [name, "benchmark"])),
};

function time(script) {
  const start = process.hrtime.bigint();
  execFileSync(node, ["--no-warnings", "-e", script], { env });
  return Number(process.hrtime.bigint() - start) / 1e6;
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

// Alone it doubles an empty process. Lambda's Node 18 runtime loads Amazon's certificates the same way.
console.log(`NODE_EXTRA_CA_CERTS is ${process.env.NODE_EXTRA_CA_CERTS ? "set" : "not set"}, ${rounds} rounds`);
const files = readdirSync(bundles, { recursive: true }).filter((file) => basename(file) === "index.js");
for (const file of files) {
  const name = dirname(file);
  const script = `require(${JSON.stringify(join(bundles, file))})`;
  // Alternating, so that both meet the same moods of the machine.
  const pairs = Array.from({ length: rounds }, () => [time(""), time(script)]);
  const [empty, loaded] = [0, 1].map((side) => median(pairs.map((pair) => pair[side])));
  const ratio = (loaded / empty).toFixed(2);
  console.log(`${name}: ${loaded.toFixed(1)} ms, empty ${empty.toFixed(1)} ms, ratio ${ratio} (at most ${AT_MOST})`);
}
