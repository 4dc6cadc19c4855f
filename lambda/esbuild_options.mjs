import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** What the shipped bundles and the tests' bundles have in common, so that the tests run what is shipped. */
export const options = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node18",
  // The same bundles as ESM start 4 to 7 ms later (benchmarks/cold_import.mjs).
  format: "cjs",
  // The SDK's ES modules can be tree-shaken; its CommonJS ones cannot.
  mainFields: ["module", "main"],
  logLevel: "warning",
};
