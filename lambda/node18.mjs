import { createRequire } from "node:module";

/** The path of the Node.js 18 that npm installed for this platform: the functions' runtime. Without one, the program ends. */
export function node18() {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const binary = `node-${platform}-${process.arch}/bin/node${platform === "win" ? ".exe" : ""}`;
  try {
    return createRequire(import.meta.url).resolve(binary);
  } catch {
    console.error(`No Node.js 18.20.8 for ${platform}-${process.arch} in node_modules: run npm ci on linux, darwin-x64 or win-x64.`);
    process.exit(2);
  }
}
