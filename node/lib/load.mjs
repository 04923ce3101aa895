// Loads the WebAssembly module, from wherever it is.

import { engineError, hasEngine, setEngine } from './engine.mjs';
import { checkSupport, engineOf } from './wasm.mjs';

let loading;

/** Loads the engine from a source: once, or anew where one is named. */
export async function load(source, standard) {
  if (source === undefined) {
    if (hasEngine()) return;
    // Calls at the same time wait for the same.
    loading ??= compile(standard()).then(
      (module) => setEngine(engineOf(module)),
      (error) => {
        loading = undefined;
        throw error;
      },
    );
    await loading;
    return;
  }
  setEngine(engineOf(await compile(source)));
}

export function loadSync(source) {
  checkSupport();
  setEngine(engineOf(source instanceof WebAssembly.Module ? source : new WebAssembly.Module(source)));
}

/** The module of a WebAssembly.Module, of bytes, of a Response, or of what `fetch` takes. */
export async function compile(source) {
  checkSupport();
  source = await source;
  // A module that is imported, as bundlers and Deno do, is the default of its namespace.
  if (source !== null && typeof source === 'object' && 'default' in source) source = source.default;
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return WebAssembly.compile(source);
  const response = typeof Response === 'function' && source instanceof Response ? source : await request(source);
  if (!response.ok) {
    throw engineError(`mojo-audio: ${response.url} answers ${response.status} ${response.statusText}`);
  }
  const bytes = await response.arrayBuffer();
  if (new DataView(bytes).byteLength < 4 || new DataView(bytes).getUint32(0) !== 0x0061736d) {
    throw engineError(
      `mojo-audio: ${response.url} is not its WebAssembly module. If a bundler or a development server moved it, ` +
        'pass its address to `init`, or import mojo-audio/inline',
    );
  }
  return WebAssembly.compile(bytes);
}

async function request(source) {
  try {
    return await fetch(source);
  } catch (error) {
    throw engineError(`mojo-audio can't load ${source}: ${error.message}`, error);
  }
}
