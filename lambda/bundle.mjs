// One bundle for each lambda/<system>/<function>/index.ts: build/lambda/<system>/<function>/index.js.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { options, root } from "./esbuild_options.mjs";

const source = join(root, "lambda");
const entries = (await readdir(source, { recursive: true })).filter((file) => /^\w+\/\w+\/index\.ts$/.test(file));
const { metafile } = await build({
  ...options,
  entryPoints: entries.sort().map((file) => join(source, file)),
  outbase: source,
  outdir: join(root, "build", "lambda"),
  minify: true,
  metafile: true,
});
for (const [path, { bytes }] of Object.entries(metafile.outputs)) {
  console.log(`${path} ${Math.round(bytes / 1024)} KiB`);
}
