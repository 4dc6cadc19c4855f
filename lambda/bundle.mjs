// One bundle for each folder of lambda/realtime: build/lambda/realtime/<function>/index.js.
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { options, root } from "./esbuild_options.mjs";

const source = join(root, "lambda", "realtime");
const outdir = join(root, "build", "lambda", "realtime");

const folders = (await readdir(source, { withFileTypes: true })).filter((entry) => entry.isDirectory());
await rm(outdir, { recursive: true, force: true });
const { metafile } = await build({
  ...options,
  entryPoints: folders.map(({ name }) => join(source, name, "index.ts")),
  outbase: source,
  outdir,
  minify: true,
  metafile: true,
});
for (const [path, { bytes }] of Object.entries(metafile.outputs)) {
  console.log(`${path} ${Math.round(bytes / 1024)} KiB`);
}
