// The types of the package for Node.

import type { Transform, TransformOptions } from 'node:stream';
import type { TransformStream } from 'node:stream/web';
import type { Bytes, MelConfig, MelExtractor, MelSpectrogram, Preset, ResolvedMelConfig, Samples } from './types.js';

export * from './types.js';

/** A `Transform`'s own options, and how chunks that are bytes are samples. */
export interface MelTransformOptions
  extends Omit<
      TransformOptions,
      'objectMode' | 'readableObjectMode' | 'writableObjectMode' | 'transform' | 'flush' | 'final'
    >,
    Partial<Bytes> {}

/**
 * A `MelStream` as a Node `Transform`. Write `Float32Array`, `Int16Array`, or bytes of the given `format`;
 * read `MelSpectrogram` objects with the frames that each chunk completes. It accepts no more chunks than its
 * `highWaterMark`s allow before they are read.
 */
export function createMelTransform(
  options?: MelConfig | ResolvedMelConfig | Preset | MelExtractor,
  settings?: MelTransformOptions,
): Transform;

/**
 * A `MelStream` as a `TransformStream` of the web. Write `Float32Array`, `Int16Array`, or bytes of the given
 * `format`; read `MelSpectrogram` objects with the frames that each chunk completes.
 */
export function createMelTransformStream(
  options?: MelConfig | ResolvedMelConfig | Preset | MelExtractor,
  settings?: Partial<Bytes>,
): TransformStream<Samples | Uint8Array, MelSpectrogram>;

/** Does nothing in Node, where importing the package loads its engine. For code that also runs elsewhere. */
export function init(source?: unknown): Promise<void>;

/** Does nothing in Node, where importing the package loads its engine. */
export function initSync(source?: unknown): void;
