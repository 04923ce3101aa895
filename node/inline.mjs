// The package with its WebAssembly module within the code, for what can't load a second file.

import bytes from './lib/inline-wasm.mjs';
import { load, loadSync } from './lib/load.mjs';

export * from './lib/mel.mjs';

export const init = (source) => load(source, () => bytes);

export const initSync = (source = bytes) => loadSync(source);
