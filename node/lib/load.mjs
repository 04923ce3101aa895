// Loads the WebAssembly module, from wherever it is.

import { engineError, hasEngine, setEngine } from './engine.mjs';
import { checkSupport, engineOf } from './wasm.mjs';

/** What runtimes need that load no files, or compile nothing. */
const IMPORT = "import it, as in `import wasm from 'mojo-audio/mojo_audio.wasm'`, and call `init(wasm)`";

let loading;

/** Loads the engine from a source: once, or anew where one is named. */
export async function load(source, standard) {
  if (source === undefined) {
    if (hasEngine()) return;
    // Calls at the same time wait for the same.
    loading ??= compile(locate(standard)).then(
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
  setEngine(engineOf(source instanceof WebAssembly.Module ? source : compileSync(source)));
}

/** Where the module is. In Cloudflare's workerd, scripts have no address that it could be relative to. */
function locate(standard) {
  try {
    return standard();
  } catch (error) {
    throw engineError(`mojo-audio can't tell where its WebAssembly module is: ${IMPORT}`, error);
  }
}

/** The module of a WebAssembly.Module, of bytes, of a Response, or of what `fetch` takes. */
export async function compile(source) {
  checkSupport();
  source = await source;
  // A module that is imported, as bundlers and Deno do, is the default of its namespace.
  if (source !== null && typeof source === 'object' && 'default' in source) source = source.default;
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return compileBytes(source);
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
  return compileBytes(bytes);
}

async function compileBytes(bytes) {
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    throw uncompiled(error);
  }
}

function compileSync(bytes) {
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    throw uncompiled(error);
  }
}

const uncompiled = (error) =>
  engineError(`mojo-audio can't compile the WebAssembly module: ${error.message}. Where a runtime compiles none, ${IMPORT}`, error);

async function request(source) {
  try {
    return await fetch(source);
  } catch (error) {
    throw engineError(`mojo-audio can't load ${source}: ${error.message}`, error);
  }
}
