// MelExtractor: one configuration, for any number of signals.

'use strict';

const native = require('./native.js');
const {
  checkCount,
  checkOptions,
  checkOut,
  checkSamples,
  checkSignal,
  checkTable,
  checkThreads,
  typeError,
} = require('./arguments.js');
const { MelStream } = require('./stream.js');
const { spectrogram } = require('./spectrogram.js');

/** The engine's own stream, for `MelStream`. */
let openStream;

class MelExtractor {
  #native;
  #config;
  #isFrameMajor;

  static {
    openStream = (extractor) => extractor.#native.stream();
  }

  constructor(options, { window, filterbank } = {}) {
    this.#native = new native.Extractor(
      checkOptions(options),
      checkTable(window, 'window'),
      checkTable(filterbank, 'filterbank'),
    );
    this.#config = Object.freeze(this.#native.config);
    this.#isFrameMajor = this.#config.layout === 'frame_major';
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

  frameCount(nSamples) {
    return this.#native.frameCount(checkCount(nSamples, 'nSamples'));
  }

  async compute(samples, { signal } = {}) {
    samples = checkSamples(samples);
    checkSignal(signal);
    signal?.throwIfAborted();
    const mel = this.#spectrogram(samples);
    await abortable(signal, (cancel) => this.#native.compute(samples, mel.data, cancel));
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
    await abortable(signal, (cancel) => this.#native.computeBatch(clips, outs, threads, cancel));
    return mels;
  }

  computeBatchSync(clips, { threads } = {}) {
    clips = checkClips(clips);
    const mels = clips.map((clip) => this.#spectrogram(clip));
    const outs = mels.map(({ data }) => data);
    this.#native.computeBatchInto(clips, outs, checkThreads(threads));
    return mels;
  }

  stream() {
    return new MelStream(this);
  }

  #spectrogram(samples) {
    return spectrogram(this.nMels, this.#native.frameCount(samples.length), this.#isFrameMajor);
  }
}

function checkClips(clips) {
  if (typeof clips?.[Symbol.iterator] !== 'function' || ArrayBuffer.isView(clips)) {
    throw typeError('clips', clips, 'an array of Float32Array or Int16Array');
  }
  return Array.from(clips, (clip, place) => checkSamples(clip, `clip ${place}`));
}

/** Waits for work on another thread, but not beyond an abort. */
async function abortable(signal, work) {
  if (signal === undefined) return work();
  const cancel = new native.Cancel();
  let onAbort;
  const aborted = new Promise((_, reject) => {
    onAbort = () => {
      cancel.cancel();
      reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work(cancel), aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

module.exports = { MelExtractor, openStream };
