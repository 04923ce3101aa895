// The microphone's spectrogram while it lasts.

import processor from 'mojo-audio/mel-processor.js';
import { MelExtractor } from 'mojo-audio/inline';
import { createMelWorklet } from 'mojo-audio/worklet';
import { draw } from './picture.mjs';

/** What is seen at a time. */
const SECONDS = 10;

/** In place of options that need the whole input, by the option that an error names. */
const STREAMABLE = {
  reference: ({ preset }) =>
    preset.startsWith('whisper') ? { reference: 'fixed', referenceValue: 1.5 } : { reference: 'none' },
  normalize: () => ({ normalize: 'none', maskTail: false }),
  normalizeInput: () => ({ normalizeInput: false }),
  padTo: () => ({ padTo: null }),
  nFrames: () => ({ nFrames: null }),
};

/** Options that a stream takes, and those of them that had to change. */
function streamable(options) {
  const changed = {};
  for (;;) {
    try {
      const extractor = new MelExtractor({ ...options, ...changed, layout: 'frame_major' });
      extractor.stream();
      return { extractor, changed };
    } catch (error) {
      if (!Object.hasOwn(STREAMABLE, error.field ?? '') || error.field in changed) throw error;
      Object.assign(changed, STREAMABLE[error.field](options));
    }
  }
}

export class Live {
  #canvas;
  #say;
  #context;
  #media;
  #config;
  #nMels;
  /** The last frames, one after the other; `#count` of them since the start. */
  #frames;
  #nFrames = 0;
  #count = 0;
  #bounds = { low: Infinity, high: -Infinity };
  #isDue = false;

  constructor(canvas, say) {
    this.#canvas = canvas;
    this.#say = say;
  }

  async start(options) {
    const { extractor, changed } = streamable(options);
    this.#config = extractor.config;
    this.#nMels = extractor.nMels;
    const { sampleRate, hopLength } = this.#config;
    this.#frames = new Float32Array(Math.ceil((SECONDS * sampleRate) / hopLength) * this.#nMels);
    this.#media = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    });
    this.#context = new AudioContext();
    // A page from a folder can't load a second script.
    const script = `data:text/javascript,${encodeURIComponent(processor)}`;
    const node = await createMelWorklet(this.#context, { ...this.#config, inputRate: null }, { script });
    this.#context.createMediaStreamSource(this.#media).connect(node);
    const changes = Object.entries(changed).map(([name, value]) => `${name}: ${value}`);
    this.#say(`Microphone${changes.length > 0 ? `, with ${changes.join(', ')}, as a stream has no end` : ''}`);
    this.#canvas.setAttribute('aria-label', 'Mel spectrogram of the microphone');
    node.readable.pipeTo(new WritableStream({ write: (mel) => this.#add(mel) })).catch((error) => {
      // The context is closed when the user stops.
      if (this.#context.state !== 'closed') this.#say(error.message, true);
    });
  }

  #add({ data, nFrames }) {
    const capacity = this.#frames.length / this.#nMels;
    const kept = Math.min(this.#nFrames, Math.max(0, capacity - nFrames));
    this.#frames.copyWithin(0, (this.#nFrames - kept) * this.#nMels, this.#nFrames * this.#nMels);
    const added = data.subarray(Math.max(0, nFrames - capacity) * this.#nMels);
    this.#frames.set(added, kept * this.#nMels);
    this.#nFrames = kept + added.length / this.#nMels;
    this.#count += nFrames;
    for (const value of added) {
      if (value < this.#bounds.low) this.#bounds.low = value;
      if (value > this.#bounds.high) this.#bounds.high = value;
    }
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.draw();
    });
  }

  draw() {
    if (this.#nFrames === 0) return;
    const start = ((this.#count - this.#nFrames) * this.#config.hopLength) / this.#config.sampleRate;
    const frames = { data: this.#frames, nMels: this.#nMels, nFrames: this.#nFrames, start };
    draw(this.#canvas, frames, this.#config, this.#bounds);
  }

  async stop() {
    for (const track of this.#media?.getTracks() ?? []) track.stop();
    if (this.#context !== undefined && this.#context.state !== 'closed') await this.#context.close();
  }
}
