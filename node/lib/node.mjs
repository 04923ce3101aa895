// The package for Node, with the addon. Its CommonJS form, index.js, is made of this file.

import { setEngine } from './engine.mjs';
import native from './native.cjs';
import { VERSION } from './table.mjs';
import { engineOf } from './wasm.mjs';

setEngine(native.load(VERSION) ?? engineOf(new WebAssembly.Module(native.readWasm())));

export { computeFiles, load } from './files.mjs';
export * from './mel.mjs';
export { fromPreprocessorConfig, rowStatistics } from './model.mjs';
export { createMelTransform } from './transform.mjs';

/** Here the engine is loaded from the start; programs that also run elsewhere call these. */
export async function init() {}

export function initSync() {}
