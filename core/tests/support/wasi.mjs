// Runs a WASI program in Node, with the checkout's files: node wasi.mjs PROGRAM [ARGUMENT...]
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { WASI } from "node:wasi";

const [program, ...rest] = process.argv.slice(2);
const checkout = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");
const wasi = new WASI({
  version: "preview1",
  args: [program, ...rest],
  env: process.env,
  preopens: { [checkout]: checkout },
});
const module = await WebAssembly.compile(await readFile(program));
// Each function in one of JavaScript: called by WebAssembly directly, as V8 does with Node's own, they
// leave a broken stack in Node 20, and it crashes after the program's end.
const functions = Object.entries(wasi.getImportObject().wasi_snapshot_preview1);
const imports = Object.fromEntries(functions.map(([name, call]) => [name, (...values) => call(...values)]));
const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: imports });
process.exitCode = wasi.start(instance);
