// The types of the package for browsers, workers, Deno and edge runtimes.

import type { Bytes, MelConfig, MelExtractor, MelSpectrogram, Preset, ResolvedMelConfig, Samples } from './types.js';

export * from './types.js';

/** What holds the WebAssembly module: compiled, as bytes, or where `fetch` finds it. */
export type WasmSource = WebAssembly.Module | BufferSource | Response | Request | URL | string;

/**
 * Loads the engine, which everything else needs; a second call costs nothing. `compute` and its like run on
 * the calling thread here: a promise is resolved once the work is done.
 *
 * @param source The WebAssembly module, `mojo-audio/mojo_audio.wasm`, or a promise of it; the file next to
 *   the package's code if left out. Where one is named the engine is loaded anew.
 * @throws `ERR_MOJO_AUDIO_ENGINE`: there is no WebAssembly with SIMD, or the source is not this package's.
 */
export function init(source?: WasmSource | Promise<WasmSource>): Promise<void>;

/** Loads the engine from a compiled module or its bytes, before it returns. */
export function initSync(module: WebAssembly.Module | BufferSource): void;

/**
 * A `MelStream` as a `TransformStream`. Write `Float32Array`, `Int16Array`, or bytes of the given `format`;
 * read `MelSpectrogram` objects with the frames that each chunk completes.
 */
export function createMelTransformStream(
  options?: MelConfig | ResolvedMelConfig | Preset | MelExtractor,
  settings?: Partial<Bytes> & {
    writableStrategy?: QueuingStrategy<Samples | Uint8Array>;
    readableStrategy?: QueuingStrategy<MelSpectrogram>;
  },
): TransformStream<Samples | Uint8Array, MelSpectrogram>;
