// The functions' unit tests as one bundle, build/lambda-tests/all.test.js: each file of its own would compile the SDK again.
import { readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { options, root } from "./esbuild_options.mjs";

const source = join(root, "tests", "unit", "lambda");
const suite = join(root, "build", "lambda-tests", "all.test.js");

const names = (await readdir(source, { recursive: true })).filter((name) => name.endsWith(".test.ts"));
const imports = names.sort().map((name) => `import "./${name}";`);
await rm(dirname(suite), { recursive: true, force: true });
await build({
  ...options,
  stdin: { contents: [...imports, "console.log(`Node.js ${process.version}`);"].join("\n"), resolveDir: source },
  outfile: suite,
  sourcemap: "inline",
  sourcesContent: false,
});
