// MelStream: one live signal.

import { checkCount, checkSamples } from './arguments.mjs';
import { decoder } from './decode.mjs';
import { MelExtractor, openStream } from './extractor.mjs';
import { spectrogram } from './spectrogram.mjs';

/** structuredClone refuses a function, and shows its text. */
const uncloneable = function aMelStreamStaysOnItsThread() {
  throw new Error('post samples or frames instead');
};

export class MelStream {
  #native;
  #nMels;
  #isFrameMajor;

  constructor(options) {
    const extractor = options instanceof MelExtractor ? options : new MelExtractor(options);
    this.#native = openStream(extractor);
    this.#nMels = extractor.nMels;
    this.#isFrameMajor = extractor.config.layout === 'frame_major';
    Object.defineProperty(this, 'clone', { enumerable: true, value: uncloneable });
  }

  get nMels() {
    return this.#nMels;
  }

  push(samples) {
    samples = checkSamples(samples);
    const mel = this.#spectrogram(this.#native.framesAfter(samples.length));
    this.#native.pushInto(samples, mel.data);
    return mel;
  }

  finish() {
    const mel = this.#spectrogram(this.#native.framesAtFinish());
    this.#native.finishInto(mel.data);
    return mel;
  }

  framesAfter(nSamples) {
    return this.#native.framesAfter(checkCount(nSamples, 'nSamples'));
  }

  framesAtFinish() {
    return this.#native.framesAtFinish();
  }

  reset() {
    this.#native.reset();
  }

  async *iterate(chunks, { format } = {}) {
    const { decode, end } = decoder(format);
    for await (const chunk of chunks) {
      const mel = this.push(decode(chunk));
      if (mel.nFrames > 0) yield mel;
    }
    end();
    const mel = this.finish();
    if (mel.nFrames > 0) yield mel;
  }

  #spectrogram(nFrames) {
    return spectrogram(this.#nMels, nFrames, this.#isFrameMajor);
  }
}
