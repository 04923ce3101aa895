// The types of the package for Node.

import type { Transform, TransformOptions } from 'node:stream';
import type { TransformStream } from 'node:stream/web';
import type {
  Abortable,
  Bytes,
  MelConfig,
  MelError,
  MelExtractor,
  MelSpectrogram,
  Preset,
  ResolvedMelConfig,
  Samples,
  Threads,
} from './types.js';

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

/** An audio file as one channel. */
export interface LoadedAudio {
  /**
   * The samples: int16 if the file has one channel of at most 16 bits at this rate, float32 otherwise. The array owns
   * its memory, and can be transferred.
   */
  samples: Float32Array<ArrayBuffer> | Int16Array<ArrayBuffer>;
  /** The samples' rate, in hertz. */
  sampleRate: number;
  /** The file's container and codec, as in `wave/pcm_s16le`. */
  format: string;
  /** What the file has. */
  original: { sampleRate: number; channels: number };
  /** What the file's owner should know; also emitted as warnings of the process. */
  warnings: string[];
}

/** Where a file is, or the bytes of one. */
export type AudioFile = string | URL | Uint8Array;

/** How files are read. */
export interface FileSettings {
  /** Whether the program ffmpeg, if it is on the PATH, decodes what isn't decoded here; true if left out. */
  ffmpeg?: boolean | undefined;
}

/**
 * Reads an audio file: WAV, FLAC, MP3, Ogg Vorbis and Opus, and what ffmpeg decodes if it is installed. Channels are
 * mixed to their mean. Works on a thread of libuv's pool; needs the addon.
 *
 * @param settings `sampleRate` is the rate to resample to, in hertz; the model's, 16,000, if left out.
 * @returns A promise that is rejected with a `MelError` of kind `file` for a file that can't be read whole.
 */
export function load(
  file: AudioFile,
  settings?: { sampleRate?: number | undefined } & FileSettings & Abortable,
): Promise<LoadedAudio>;

/** What became of a file: its spectrogram, or why there is none. */
export type FileResult = { file: AudioFile; warnings: string[] } & (
  | { mel: MelSpectrogram; error?: undefined }
  | { mel?: undefined; error: MelError }
);

/**
 * The mel spectrograms of audio files, in the files' order, at the option `sampleRate`. A file that can't be read has
 * an `error`, and doesn't end the others. Nothing is held of a file whose result was taken.
 *
 * @param settings `threads` is how many files are worked on at a time; libuv's pool has 4 threads unless
 *   `UV_THREADPOOL_SIZE` says otherwise.
 */
export function computeFiles(
  files: Iterable<AudioFile>,
  options?: MelConfig | ResolvedMelConfig | Preset | MelExtractor,
  settings?: Threads & FileSettings & Abortable,
): AsyncGenerator<FileResult, void, void>;

/**
 * The options of a model, from its configuration file: transformers' `preprocessor_config.json`, or a
 * `processor_config.json` that has these settings under `feature_extractor`; the `preprocessor` section of NeMo's
 * `model_config.yaml`; or Kaldi's `fbank.conf` or `mfcc.conf`. The result equals what the feature extractor class that
 * the file names computes for one signal by default, but longer signals that the class splits, or takes a random part of, keep
 * their length, and `dither` is not the same noise. The class's padding is `padTo` and its truncation `maxLength`; null
 * for both keeps the length of every signal. Needs the addon.
 *
 * @param source The model's folder, the file, or the object that the file has as JSON.
 * @throws A `MelError` of kind `config` whose `field` is the setting that no option can express; of kind `unknown_name` for
 *   a setting that the class doesn't have.
 *
 * @example
 * const extractor = new MelExtractor({ ...fromPreprocessorConfig('models/whisper'), padTo: null, maxLength: null });
 */
export function fromPreprocessorConfig(source: string | URL | Readonly<Record<string, unknown>>): ResolvedMelConfig;

/**
 * The mean and the scale of each row in a model's file: FunASR's `am.mvn`, WeNet's `global_cmvn` (JSON), or statistics of
 * Kaldi as text. Sums over frames become means and 1 / deviations. Needs the addon.
 *
 * @param path The file.
 * @returns Tables for a {@link MelExtractor}: y = (x − rowMean) · rowScale.
 * @throws A `MelError` of kind `config` if the file is none of these.
 *
 * @example
 * const extractor = new MelExtractor('funasr', rowStatistics('model/am.mvn'));
 */
export function rowStatistics(path: string | URL): { rowMean: Float32Array<ArrayBuffer>; rowScale: Float32Array<ArrayBuffer> };

/** Does nothing in Node, where importing the package loads its engine. For code that also runs elsewhere. */
export function init(source?: unknown): Promise<void>;

/** Does nothing in Node, where importing the package loads its engine. */
export function initSync(source?: unknown): void;
