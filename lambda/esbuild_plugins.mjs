import { readFile } from "node:fs/promises";
import { builtinModules } from "node:module";

/**
 * Lets esbuild drop the schemas of operations that nobody calls, which are most of a client. Their keys are computed
 * from constants (`[_hE]: ...`), which esbuild takes for code with effects; written as text they are plain data.
 */
export const plainSchemas = {
  name: "plain-schemas",
  setup(build) {
    build.onLoad({ filter: /@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/].*\.js$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const constants = new Map([...source.matchAll(/^const (\w+) = ("[^"]*");$/gm)].map(([, name, text]) => [name, text]));
      return { contents: source.replace(/\[(\w+)\]:/g, (key, name) => (constants.has(name) ? `${constants.get(name)}:` : key)) };
    });
  },
};

/** Lets esbuild drop the import of a Node module that nothing uses, such as the HTTP/2 half of the SDK's client. */
export const effectFreeBuiltins = {
  name: "effect-free-builtins",
  setup(build) {
    const names = builtinModules.join("|");
    build.onResolve({ filter: new RegExp(`^(node:)?(${names})$`) }, ({ path }) => ({ path, external: true, sideEffects: false }));
  },
};
