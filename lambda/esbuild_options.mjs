import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * What the shipped bundles and the tests' bundles have in common, so that the tests run what is shipped.
 * The times are those of a cold import under Node 18 (benchmarks/cold_import.mjs); an empty process takes 25 ms.
 */
export const options = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node18",
  // The same bundles as ESM start 4 to 7 ms later.
  format: "cjs",
  // The SDK's ES modules can be tree-shaken; its CommonJS ones cannot.
  mainFields: ["module", "main"],
  // Saves 3 ms. Only streaming operations would import it; as part of the bundle, that one import() keeps esbuild
  // from tree-shaking all that it shares with the clients, and brings zlib.
  external: ["@smithy/core/event-streams"],
  logLevel: "warning",
};
