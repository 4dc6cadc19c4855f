// How long a fresh process takes to import each bundle, side by side with one that imports nothing.
// usage: node benchmarks/cold_import.mjs [rounds], after npm run bundle.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const rounds = Number(process.argv[2] ?? 31);
const root = fileURLToPath(new URL("..", import.meta.url));
const bundles = join(root, "build", "lambda", "realtime");
if (!existsSync(bundles)) {
  console.error("No bundles: run npm run bundle first.");
  process.exit(2);
}
const node18 = execFileSync(process.execPath, [join(root, "lambda", "node18.mjs")], { encoding: "utf8" }).trim();

const names = "STAGE TRANSACTIONS_TABLE AUDIT_LOGS_TABLE TRANSACTION_BUS FAILURE_QUEUE_URL RULES_TABLE PROCESSED_BUCKET SYSTEM_BUS ALERT_TOPIC_ARN";
// Nothing is inherited: NODE_EXTRA_CA_CERTS alone can double an empty process.
const env = {
  AWS_REGION: "eu-central-1",
  VELOCITY_WINDOW_SECONDS: "60",
  RULES_CACHE_SECONDS: "60",
  ...Object.fromEntries(names.split(" ").map((name) => [name, "benchmark"])),
};

function time(script) {
  const start = process.hrtime.bigint();
  execFileSync(node18, ["--no-warnings", "-e", script], { env });
  return Number(process.hrtime.bigint() - start) / 1e6;
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

for (const name of readdirSync(bundles)) {
  const script = `require(${JSON.stringify(join(bundles, name, "index.js"))})`;
  // Alternating, so that both meet the same moods of the machine.
  const pairs = Array.from({ length: rounds }, () => [time(""), time(script)]);
  const [empty, loaded] = [0, 1].map((side) => median(pairs.map((pair) => pair[side])));
  console.log(`${name}: ${loaded.toFixed(1)} ms, empty ${empty.toFixed(1)} ms, ratio ${(loaded / empty).toFixed(2)}`);
}
