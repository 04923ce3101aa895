// The types of mojo-audio/worklet.

import type { MelConfig, MelSpectrogram, Preset, ResolvedMelConfig } from './types.js';

export type { MelConfig, MelError, MelSpectrogram, Preset, ResolvedMelConfig } from './types.js';

/** Takes audio and computes on the audio thread. */
export interface MelWorkletNode extends AudioWorkletNode {
  /**
   * The frames, in batches, as soon as they are complete; all of them have the bits of the whole signal's. It ends
   * after `finish`, and fails with a `MelError` at a sample that is not finite, or if the context is closed first.
   */
  readonly readable: ReadableStream<MelSpectrogram>;
  /**
   * Ends the signal: the frames that reach over its end follow, then `readable` ends. The node computes nothing more.
   * With an `OfflineAudioContext` the signal ends with the rendering.
   */
  finish(): void;
}

/**
 * An `AudioWorkletNode` that computes mel spectrograms of what is connected to it, mixed down to one channel. The
 * signal starts when the context renders the node, and is silent while nothing is connected. It is resampled from the
 * context's rate to the option `sampleRate`. `init` has to be done before.
 *
 * ```js
 * const node = await createMelWorklet(context, { preset: 'whisper', reference: 'fixed', referenceValue: 1.5 });
 * context.createMediaStreamSource(microphone).connect(node);
 * await node.readable.pipeTo(new WritableStream({ write: ({ data, nMels, nFrames }) => draw(data, nMels, nFrames) }));
 * ```
 *
 * @throws {MelError} An option is not allowed, `field` names one that needs the whole input, such as `reference`,
 *   or the option `inputRate` is set, and isn't the context's rate.
 */
export function createMelWorklet(
  context: BaseAudioContext,
  options?: MelConfig | ResolvedMelConfig | Preset,
  settings?: {
    /** A batch has at least as many frames, except for the last; 10 if left out. */
    framesPerBatch?: number | undefined;
    /** Where `mojo-audio/mel-processor.js` is, if it isn't next to the package's code. */
    script?: string | URL | undefined;
  },
): Promise<MelWorkletNode>;
