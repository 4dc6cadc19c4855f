// Runs the bundled unit tests under Node.js 18, the functions' runtime; with --this-node, under the one that runs this script.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./esbuild_options.mjs";
import { node18 } from "./node18.mjs";

const node = process.argv.includes("--this-node") ? process.execPath : node18();
const results = join(root, "build", "test-results");
mkdirSync(results, { recursive: true });

const reporters = [
  ["spec", "stdout"],
  ["junit", join(results, "lambda.xml")],
].flatMap(([reporter, destination]) => [`--test-reporter=${reporter}`, `--test-reporter-destination=${destination}`]);
// A test that never ends would keep the process alive with it.
const LIMIT_SECONDS = 120;
// Room for the garbage of a short run saves a tenth of its time.
const flags = ["--enable-source-maps", "--no-warnings", "--max-semi-space-size=64"];
// One process: --test would start another for each file.
const suite = join(root, "build", "lambda-tests", "all.test.js");
const { status, error } = spawnSync(node, [...flags, ...reporters, suite], {
  stdio: "inherit",
  timeout: LIMIT_SECONDS * 1000,
});
if (error) console.error(`The tests did not end: ${error.message} (limit ${LIMIT_SECONDS} s)`);
process.exitCode = status ?? 1;
