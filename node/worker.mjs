// Features of long signals off the main thread of a page: a MelExtractor in a worker. What it does is said in
// worker.d.mts; Node's form is worker-node.mjs.

import { checkSamples, checkSignal, rangeError } from './lib/arguments.mjs';
import { engineError, theEngine } from './lib/engine.mjs';
import { MelExtractor, dispose } from './lib/extractor.mjs';
import { errorOf } from './lib/posted-error.mjs';

export function createMelWorker(options, { script, ...tables } = {}) {
  if (typeof Worker !== 'function') {
    throw engineError('mojo-audio/worker needs web workers, which there are none of here');
  }
  // What the worker would refuse is refused here.
  const extractor = new MelExtractor(options, tables);
  const { config } = extractor;
  dispose(extractor);
  // Bundlers find the script by this very expression.
  const thread = script === undefined
    ? new Worker(new URL('./lib/mel-worker.mjs', import.meta.url), { type: 'module' })
    : new Worker(script, { type: 'module' });
  thread.postMessage({ module: theEngine().module, config, tables });
  return new MelWorker(thread, config);
}

class MelWorker {
  #thread;
  #config;
  /** Calls that wait; the thread works on the first. */
  #calls = [];
  #isBusy = false;
  /** Why there is no thread any more. */
  #over;

  constructor(thread, config) {
    this.#thread = thread;
    this.#config = config;
    thread.onmessage = ({ data: { mel, error } }) =>
      this.#settle(({ resolve, reject }) => (error === undefined ? resolve(mel) : reject(errorOf(error))));
    thread.onerror = (event) => {
      event.preventDefault?.();
      this.#end(engineError(`mojo-audio: the worker stopped: ${event.message ?? 'its script could not be loaded'}`));
    };
    thread.onmessageerror = () => this.#end(engineError('mojo-audio: the worker could not read a message'));
  }

  get config() {
    return this.#config;
  }

  async compute(samples, { signal, transfer = false } = {}) {
    checkSignal(signal);
    signal?.throwIfAborted();
    const isBuffer = typeof AudioBuffer === 'function' && samples instanceof AudioBuffer;
    const rate = isBuffer ? this.#rateOf(samples) : this.#config.inputRate;
    if (isBuffer) {
      samples = (await mono(samples)).slice();
      signal?.throwIfAborted();
    } else {
      const checked = checkSamples(samples);
      // The whole memory below a part would be copied or taken; shared memory was copied.
      samples = transfer || checked !== samples ? checked : checked.slice();
    }
    if (this.#over !== undefined) throw this.#over;
    return new Promise((resolve, reject) => this.#add({ samples, rate, resolve, reject }, signal));
  }

  close() {
    this.#end(engineError('mojo-audio: the worker was closed'));
  }

  #rateOf({ sampleRate }) {
    const { inputRate } = this.#config;
    if (inputRate !== null && inputRate !== sampleRate) {
      throw rangeError('options.inputRate', inputRate, `the AudioBuffer's sampleRate, ${sampleRate}`);
    }
    return sampleRate;
  }

  #add(call, signal) {
    const abort = () => {
      call.reject(signal.reason);
      // What the thread works on can't be stopped; its result is dropped.
      if (call.samples !== undefined) this.#calls.splice(this.#calls.indexOf(call), 1);
    };
    signal?.addEventListener('abort', abort, { once: true });
    for (const end of ['resolve', 'reject']) {
      const settle = call[end];
      call[end] = (value) => {
        signal?.removeEventListener('abort', abort);
        settle(value);
      };
    }
    this.#calls.push(call);
    this.#next();
  }

  /** Has the thread work on the first call: one at a time, so that the others can be aborted. */
  #next() {
    const [call] = this.#calls;
    if (call === undefined || this.#isBusy || this.#over !== undefined) return;
    this.#isBusy = true;
    const { samples, rate } = call;
    call.samples = undefined;
    try {
      this.#thread.postMessage({ samples, rate }, [samples.buffer]);
    } catch (error) {
      // The caller has transferred the memory elsewhere.
      this.#settle(({ reject }) => reject(error));
    }
  }

  /** Ends the first call, and begins the next. */
  #settle(end) {
    end(this.#calls.shift());
    this.#isBusy = false;
    this.#next();
  }

  #end(error) {
    if (this.#over !== undefined) return;
    this.#over = error;
    this.#thread.terminate();
    for (const { reject } of this.#calls.splice(0)) reject(error);
  }
}

/** The samples of a buffer, of which the browser makes one channel. */
async function mono(buffer) {
  if (buffer.numberOfChannels === 1) return buffer.getChannelData(0);
  const context = new OfflineAudioContext(1, buffer.length, buffer.sampleRate);
  const source = context.createBufferSource();
  source.buffer = buffer;
  source.connect(context.destination);
  source.start();
  return (await context.startRendering()).getChannelData(0);
}
