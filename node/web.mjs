// The package for browsers, workers and everything else without Node's addons. What everything does is said
// in web.d.mts.

import { load, loadSync } from './lib/load.mjs';

export * from './lib/mel.mjs';

export const init = (source) => load(source, () => new URL('./mojo_audio.wasm', import.meta.url));

export const initSync = loadSync;
