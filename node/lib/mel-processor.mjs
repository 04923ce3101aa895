// The processor of the worklet: one stream on the audio thread. mel-processor.js is made of this file and what it
// imports, as a worklet loads one file.

import { hasEngine, setEngine } from './engine.mjs';
import { MelExtractor, openStream } from './extractor.mjs';
import { partsOf } from './posted-error.mjs';
import { engineOf } from './wasm.mjs';

/** What arrives while nothing is connected: an input without channels. */
const SILENCE = new Float32Array(globalThis.renderQuantumSize ?? 128);

class MelProcessor extends AudioWorkletProcessor {
  #stream;
  #nMels;
  #isFrameMajor;
  #framesPerBatch;
  #nSamples;
  /** Complete frames that have not been posted, one after the other. */
  #frames;
  #nFrames = 0;
  #isOver = false;

  constructor({ processorOptions: { module, config, framesPerBatch, nSamples } }) {
    super();
    if (!hasEngine()) setEngine(engineOf(module));
    const extractor = new MelExtractor({ ...config, layout: 'frame_major' });
    this.#stream = openStream(extractor);
    this.#nMels = extractor.nMels;
    this.#isFrameMajor = config.layout === 'frame_major';
    this.#framesPerBatch = framesPerBatch;
    this.#nSamples = nSamples ?? Infinity;
    this.#frames = new Float32Array(0);
    this.port.onmessage = ({ data }) => {
      if (data === 'finish') this.#attempt(() => this.#finish());
      this.#isOver = true;
    };
  }

  process([[samples = SILENCE]]) {
    return this.#attempt(() => {
      const isLast = currentFrame + samples.length >= this.#nSamples;
      if (isLast) samples = samples.subarray(0, this.#nSamples - currentFrame);
      const count = this.#stream.framesAfter(samples.length);
      this.#nFrames += this.#stream.pushInto(samples, this.#room(count));
      if (isLast) this.#finish();
      else if (this.#nFrames >= this.#framesPerBatch) this.#post();
    });
  }

  /** Does some work unless it is over, which an error makes it; whether there will be more. */
  #attempt(work) {
    if (this.#isOver) return false;
    try {
      work();
    } catch (error) {
      this.#isOver = true;
      this.port.postMessage({ error: partsOf(error) });
    }
    return !this.#isOver;
  }

  #finish() {
    this.#nFrames += this.#stream.finishInto(this.#room(this.#stream.framesAtFinish()));
    this.#post();
    this.#isOver = true;
    this.port.postMessage({ isLast: true });
  }

  /** Makes room for `count` frames after those that are there. */
  #room(count) {
    const needed = (this.#nFrames + count) * this.#nMels;
    if (this.#frames.length < needed) {
      const larger = new Float32Array(Math.max(needed, (this.#framesPerBatch + 1) * this.#nMels));
      larger.set(this.#frames.subarray(0, this.#nFrames * this.#nMels));
      this.#frames = larger;
    }
    return this.#frames.subarray(this.#nFrames * this.#nMels, needed);
  }

  #post() {
    const [nMels, nFrames] = [this.#nMels, this.#nFrames];
    if (nFrames === 0) return;
    this.#nFrames = 0;
    const data = this.#frames.slice(0, nFrames * nMels);
    if (!this.#isFrameMajor) {
      for (let frame = 0; frame < nFrames; frame += 1) {
        for (let row = 0; row < nMels; row += 1) data[row * nFrames + frame] = this.#frames[frame * nMels + row];
      }
    }
    const shape = this.#isFrameMajor ? [nFrames, nMels] : [nMels, nFrames];
    this.port.postMessage({ mel: { data, nMels, nFrames, shape } }, [data.buffer]);
  }
}

registerProcessor('mojo-audio-mel', MelProcessor);
