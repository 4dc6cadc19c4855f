// Bundles the unit tests and runs them under Node.js 18, the functions' runtime; with --this-node, under the one that runs this script.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { options, root } from "./esbuild_options.mjs";
import { node18 } from "./node18.mjs";

const node = process.argv.includes("--this-node") ? process.execPath : node18();
const source = join(root, "tests", "unit", "lambda");
const suite = join(root, "build", "lambda-tests", "all.test.js");
const results = join(root, "build", "test-results");

const names = (await readdir(source)).filter((name) => name.endsWith(".test.ts"));
await rm(dirname(suite), { recursive: true, force: true });
await mkdir(results, { recursive: true });
// One bundle, one process: each file of its own would start a Node.js and compile the SDK again, and --test starts another.
await build({
  ...options,
  stdin: { contents: names.map((name) => `import "./${name}";`).join("\n"), resolveDir: source },
  outfile: suite,
  sourcemap: "inline",
  sourcesContent: false,
});

console.log(`Node.js ${execFileSync(node, ["--version"], { encoding: "utf8" }).trim()}`);
const reporters = [
  ["spec", "stdout"],
  ["junit", join(results, "lambda.xml")],
].flatMap(([reporter, destination]) => [`--test-reporter=${reporter}`, `--test-reporter-destination=${destination}`]);
// A test that waits for ever would keep the process alive with it.
const LIMIT_SECONDS = 120;
// Room for the garbage of a short run saves a tenth of its time.
const flags = ["--enable-source-maps", "--no-warnings", "--max-semi-space-size=64"];
const { status, error } = spawnSync(node, [...flags, ...reporters, suite], {
  stdio: "inherit",
  timeout: LIMIT_SECONDS * 1000,
});
if (error) console.error(`The tests did not end: ${error.message} (limit ${LIMIT_SECONDS} s)`);
process.exitCode = status ?? 1;
