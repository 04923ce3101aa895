// MelStream: one live signal.

'use strict';

const { checkCount, checkSamples } = require('./arguments.js');
const { decoder } = require('./decode.js');
const { spectrogram } = require('./spectrogram.js');

class MelStream {
  #native;
  #nMels;
  #isFrameMajor;

  constructor(options) {
    // Not above: each of the two classes makes the other.
    const { MelExtractor, openStream } = require('./extractor.js');
    const extractor = options instanceof MelExtractor ? options : new MelExtractor(options);
    this.#native = openStream(extractor);
    this.#nMels = extractor.nMels;
    this.#isFrameMajor = extractor.config.layout === 'frame_major';
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

module.exports = { MelStream };
