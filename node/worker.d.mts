// The types of mojo-audio/worker.

import type { MelConfig, MelSpectrogram, MelTables, Preset, ResolvedMelConfig, Samples } from './types.js';

export type { MelConfig, MelError, MelSpectrogram, Preset, ResolvedMelConfig, Samples } from './types.js';

/** A `MelExtractor` on a thread of its own. */
export interface MelWorker {
  /** Every option and its value. */
  readonly config: ResolvedMelConfig;
  /**
   * The spectrogram of a signal, as of `MelExtractor.compute`. Calls are computed one after the other.
   *
   * In browsers an `AudioBuffer`, such as `decodeAudioData` gives, is mixed down to one channel by the browser, and resampled from
   * its rate to the option `sampleRate`.
   *
   * @throws {MelError} A sample is not finite, the signal has none, or the worker was closed or could not be loaded.
   */
  compute(
    samples: Samples | AudioBuffer,
    settings?: {
      /** Rejects the promise at once; a call that waits never starts. */
      signal?: AbortSignal | undefined;
      /**
       * Hands the samples' whole memory to the worker in place of a copy: the caller's array is empty then. Without
       * effect in Node.
       */
      transfer?: boolean | undefined;
    },
  ): Promise<MelSpectrogram>;
  /** Ends the thread. Calls that wait are rejected. */
  close(): void;
}

/**
 * Makes a worker that computes mel spectrograms off the main thread. `init` has to be done before. In Node and Bun the
 * work is done on the threads that `MelExtractor.compute` uses.
 *
 * ```js
 * const worker = createMelWorker('whisper');
 * const decoded = await new OfflineAudioContext(1, 1, 16000).decodeAudioData(bytes);
 * const mel = await worker.compute(decoded);
 * worker.close();
 * ```
 *
 * @throws {MelError} An option or a table is not allowed.
 */
export function createMelWorker(
  options?: MelConfig | ResolvedMelConfig | Preset,
  settings?: MelTables & {
    /** Where a bundle of `mojo-audio/lib/mel-worker.mjs` is, if it isn't next to the package's code. */
    script?: string | URL | undefined;
  },
): MelWorker;
