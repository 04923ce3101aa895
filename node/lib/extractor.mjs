// MelExtractor: one configuration, for any number of signals.

import { abortable } from './abort.mjs';
import {
  checkClips,
  checkCount,
  checkOut,
  checkSamples,
  checkSignal,
  checkTable,
  checkThreads,
} from './arguments.mjs';
import { theEngine } from './engine.mjs';
import { objectOf, textOf } from './options.mjs';
import { spectrogram } from './spectrogram.mjs';
import { MelStream } from './stream.mjs';

/** The engine's own stream, for `MelStream`. */
export let openStream;

/** The spectrogram of a file that the addon read. */
export let computeAudio;

/** Frees what an extractor holds in the engine, which must not be used any more. */
export let dispose;

/** structuredClone refuses a function, and shows its text. */
const uncloneable = function aMelExtractorStaysOnItsThread() {
  throw new Error('post extractor.config, and make another MelExtractor of it');
};

export class MelExtractor {
  #native;
  #engine;
  #config;
  #isFrameMajor;

  static {
    openStream = (extractor) => extractor.#native.stream();
    computeAudio = async (extractor, audio, signal) => {
      const mel = extractor.#spectrogram(audio);
      await abortable(signal, extractor.#engine.Cancel, (cancel) =>
        extractor.#native.computeAudio(audio, mel.data, cancel),
      );
      return mel;
    };
    dispose = (extractor) => extractor.#native.dispose?.();
  }

  constructor(options, { window, filterbank, rowMean, rowScale } = {}) {
    this.#engine = theEngine();
    this.#native = new this.#engine.Extractor(
      textOf(options),
      checkTable(window, 'window'),
      checkTable(filterbank, 'filterbank'),
      checkTable(rowMean, 'rowMean'),
      checkTable(rowScale, 'rowScale'),
    );
    this.#config = objectOf(this.#native.config);
    this.#isFrameMajor = this.#config.layout === 'frame_major';
    Object.defineProperty(this, 'clone', { enumerable: true, value: uncloneable });
  }

  get config() {
    return this.#config;
  }

  get nMels() {
    return this.#native.nMels;
  }

  get workingMemory() {
    return this.#native.workingMemory;
  }

  get instructionSet() {
    return this.#native.instructionSet;
  }

  get emptyFilters() {
    return this.#native.emptyFilters();
  }

  filterbank() {
    const { nMels, nFft } = this.#config;
    const weights = new Float32Array(nMels * (Math.floor(nFft / 2) + 1));
    this.#native.filterbank(weights);
    return weights;
  }

  frameCount(nSamples) {
    return this.#native.frameCount(checkCount(nSamples, 'nSamples'));
  }

  validFrames(nSamples) {
    return this.#native.validFrames(checkCount(nSamples, 'nSamples'));
  }

  async compute(samples, { signal } = {}) {
    samples = checkSamples(samples);
    checkSignal(signal);
    signal?.throwIfAborted();
    const mel = this.#spectrogram(samples);
    await abortable(signal, this.#engine.Cancel, (cancel) => this.#native.compute(samples, mel.data, cancel));
    return mel;
  }

  computeSync(samples) {
    samples = checkSamples(samples);
    const mel = this.#spectrogram(samples);
    this.#native.computeInto(samples, mel.data);
    return mel;
  }

  computeInto(samples, out) {
    samples = checkSamples(samples);
    checkOut(out, samples);
    return this.#native.computeInto(samples, out);
  }

  async computeBatch(clips, { threads, signal } = {}) {
    clips = checkClips(clips);
    threads = checkThreads(threads);
    checkSignal(signal);
    signal?.throwIfAborted();
    const mels = clips.map((clip) => this.#spectrogram(clip));
    const outs = mels.map(({ data }) => data);
    await abortable(signal, this.#engine.Cancel, (cancel) =>
      this.#native.computeBatch(clips, outs, threads, cancel),
    );
    return mels;
  }

  computeBatchSync(clips, { threads } = {}) {
    clips = checkClips(clips);
    threads = checkThreads(threads);
    const mels = clips.map((clip) => this.#spectrogram(clip));
    this.#native.computeBatchInto(clips, mels.map(({ data }) => data), threads);
    return mels;
  }

  stream() {
    return new MelStream(this);
  }

  #spectrogram(samples) {
    return spectrogram(this.nMels, this.#native.frameCount(samples.length), this.#isFrameMajor);
  }
}
