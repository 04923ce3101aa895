// mojo-audio/worker for Node and Bun, whose MelExtractor computes on another thread already.

import mojoAudio from './index.js';
import { engineError } from './lib/engine.mjs';

export function createMelWorker(options, { script: _, ...tables } = {}) {
  return new MelWorker(new mojoAudio.MelExtractor(options, tables));
}

class MelWorker {
  #extractor;
  /** What rejects the calls that wait. */
  #waiting = new Set();
  #over;

  constructor(extractor) {
    this.#extractor = extractor;
  }

  get config() {
    return this.#extractor.config;
  }

  async compute(samples, { signal } = {}) {
    if (this.#over !== undefined) throw this.#over;
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      const end = () => this.#waiting.delete(reject);
      this.#extractor.compute(samples, { signal }).then(resolve, reject).then(end);
    });
  }

  close() {
    this.#over ??= engineError('mojo-audio: the worker was closed');
    for (const reject of this.#waiting) reject(this.#over);
  }
}
