// The engine as WebAssembly, with the same classes as Node's addon has. It uses nothing that an audio worklet
// lacks, such as TextDecoder.

import { isInt16, rangeError } from './arguments.mjs';
import { engineError } from './engine.mjs';
import { ERROR_NUMBERS, VERSION } from './table.mjs';

/** A function of one instruction of simd128. */
const SIMD = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
);

/** Staging memory of at most this many bytes is kept for the next call. */
const KEPT = 1 << 20;

const LARGEST_COUNT = 0xffffffff;

/** Throws unless there is WebAssembly that the engine runs on. */
export function checkSupport() {
  if (typeof WebAssembly !== 'object' || !WebAssembly.validate(SIMD)) {
    throw engineError(
      'mojo-audio needs WebAssembly with SIMD: Chrome 91, Firefox 89, Safari 16.4, Node 16.4 or later',
    );
  }
}

/** The engine of a compiled module. */
export function engineOf(module) {
  checkSupport();
  const core = new Core(module);
  const version = core.text('version');
  if (version !== VERSION) {
    throw engineError(`mojo-audio is version ${VERSION}, the WebAssembly module that it was given is ${version}`);
  }
  return {
    /** For a worklet, which makes an engine of its own. */
    module,
    // What JavaScript drops is freed; an object that is disposed of is freed at once.
    Extractor: class extends Extractor {
      constructor(...parameters) {
        super(core, ...parameters);
      }
    },
    Cancel,
    refuseMemory: (bytes) => core.refuse('refuse_memory', bytes),
    refuseType(name, shown) {
      core.withTexts([name, shown], (...parameters) => core.refuse('refuse_type', ...parameters));
    },
  };
}

/** The number of these bits in hexadecimal digits. */
function numberOf(bits) {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(`0x${bits}`));
  return view.getFloat64(0);
}

/** Here nothing waits for a thread, so that there is nothing to cancel. */
class Cancel {
  cancel() {}
}

/** The module's functions, its memory and its errors. */
class Core {
  #exports;
  #memory;
  #views;
  #stopped;
  /** Memory for what goes in and for what comes out, as address and bytes. */
  #staging = { in: { at: 0, bytes: 0 }, out: { at: 0, bytes: 0 } };
  #dropped = new FinalizationRegistry(({ free, handle }) => {
    if (this.#stopped === undefined) this.call(free, handle);
  });

  constructor(module) {
    this.#exports = new WebAssembly.Instance(module, {}).exports;
    this.#memory = this.#exports.memory;
  }

  /** Calls a function of the module. What stops it stops the engine. */
  call(name, ...parameters) {
    if (this.#stopped !== undefined) throw this.#stopped;
    try {
      return this.#exports[name](...parameters);
    } catch (error) {
      this.#stopped = engineError(`mojo-audio stopped: ${error.message}. \`init\` loads it again`, error);
      throw this.#stopped;
    }
  }

  /** Calls a function that returns a number, or −1 or 0 where it fails. */
  number(name, ...parameters) {
    const number = this.call(name, ...parameters);
    if (number < 0) throw this.#error();
    return number;
  }

  handle(name, ...parameters) {
    // Addresses above 2 GB are negative.
    const handle = this.call(name, ...parameters) >>> 0;
    if (handle === 0) throw this.#error();
    return handle;
  }

  /** Calls a function that answers with a text. */
  text(name, ...parameters) {
    this.number(name, ...parameters);
    return this.#answer();
  }

  refuse(name, ...parameters) {
    this.call(name, ...parameters);
    throw this.#error();
  }

  #answer() {
    const at = this.#exports.answer() >>> 1;
    const units = this.#view.u16.subarray(at, at + this.#exports.answer_length());
    let text = '';
    for (const unit of units) text += String.fromCharCode(unit);
    return text;
  }

  #error() {
    const { kind, message, isTypeError, fields } = JSON.parse(this.#answer());
    const error = new (isTypeError ? TypeError : RangeError)(message);
    error.code = `ERR_MOJO_AUDIO_${kind.toUpperCase()}`;
    error.kind = kind;
    error.number = ERROR_NUMBERS[kind];
    for (const [name, value] of Object.entries(fields)) error[name] = value.bits ? numberOf(value.bits) : value;
    return error;
  }

  /** The memory as arrays, made anew when it has grown. */
  get #view() {
    const { buffer } = this.#memory;
    if (this.#views?.f32.buffer !== buffer) {
      this.#views = { f32: new Float32Array(buffer), i16: new Int16Array(buffer), u16: new Uint16Array(buffer) };
    }
    return this.#views;
  }

  /** The address of `bytes` bytes of memory, valid until the next call of `stage` or `settle` for it. */
  stage(which, bytes) {
    const memory = this.#staging[which];
    if (memory.bytes >= bytes) return memory.at;
    this.#drop(memory);
    // A little more, so that pieces of slightly different lengths share it.
    const wanted = bytes < KEPT ? bytes + (bytes >> 1) + 64 : bytes;
    const at = this.call('allocate', wanted) >>> 0;
    if (at === 0) this.refuse('refuse_memory', bytes);
    this.#staging[which] = { at, bytes: wanted };
    return at;
  }

  /** Lets go of large memory. */
  settle() {
    for (const memory of Object.values(this.#staging)) {
      if (memory.bytes > 2 * KEPT) this.#drop(memory);
    }
  }

  #drop(memory) {
    if (memory.bytes > 0 && this.#stopped === undefined) this.call('release', memory.at, memory.bytes);
    memory.at = memory.bytes = 0;
  }

  /** Runs samples through a function that writes at most `length` values, to `out`. */
  compute(name, handle, samples, out) {
    try {
      const size = samples.BYTES_PER_ELEMENT;
      const from = this.stage('in', samples.byteLength);
      const to = this.stage('out', out.byteLength);
      const int16 = isInt16(samples);
      this.#view[int16 ? 'i16' : 'f32'].set(samples, from / size);
      const count = this.number(name, handle, from, samples.length, int16, to, out.length);
      return { count, to };
    } catch (error) {
      this.settle();
      throw error;
    }
  }

  /** Copies results to `out`. */
  fetch(to, out, length) {
    if (length > 0) out.set(this.#view.f32.subarray(to / 4, to / 4 + length));
    this.settle();
  }

  /** Calls `work` with the address and the length of each text. */
  withTexts(texts, work) {
    const joined = texts.join('');
    const at = this.stage('in', 2 * joined.length);
    const { u16 } = this.#view;
    for (let unit = 0; unit < joined.length; unit += 1) u16[at / 2 + unit] = joined.charCodeAt(unit);
    let start = at;
    const parameters = texts.flatMap(({ length }) => {
      const parameter = [start, length];
      start += 2 * length;
      return parameter;
    });
    return work(...parameters);
  }

  /** Calls `work` with the address of a table, or 0. */
  withTable(table, work) {
    if (table === undefined) return work(0, 0);
    const bytes = Math.max(4, table.byteLength);
    const at = this.call('allocate', bytes) >>> 0;
    if (at === 0) this.refuse('refuse_memory', bytes);
    try {
      this.#view.f32.set(table, at / 4);
      return work(at, table.length);
    } finally {
      if (this.#stopped === undefined) this.call('release', at, bytes);
    }
  }

  /** Calls `work` with the address and the length of each table. */
  withTables([table, ...others], work) {
    return this.withTable(table, (...ofTable) => {
      if (others.length === 0) return work(...ofTable);
      return this.withTables(others, (...ofOthers) => work(...ofTable, ...ofOthers));
    });
  }

  watch(object, free, handle) {
    this.#dropped.register(object, { free, handle }, object);
  }

  free(object, free, handle) {
    this.#dropped.unregister(object);
    this.call(free, handle);
  }
}

function checkCount(count) {
  if (count > LARGEST_COUNT) throw rangeError('nSamples', count, `at most ${LARGEST_COUNT} in WebAssembly`);
  return count;
}

class Extractor {
  #core;
  #handle;

  constructor(core, options, ...tables) {
    this.#core = core;
    this.#handle = core.withTables(tables, (...ofTables) =>
      core.withTexts([options], (...ofOptions) => core.handle('extractor_new', ...ofOptions, ...ofTables)),
    );
    core.watch(this, 'extractor_free', this.#handle);
  }

  dispose() {
    this.#core.free(this, 'extractor_free', this.#handle);
    this.#core = undefined;
  }

  get config() {
    return this.#core.text('extractor_config', this.#handle);
  }

  get nMels() {
    return this.#core.call('extractor_n_mels', this.#handle);
  }

  get workingMemory() {
    return this.#core.call('extractor_working_memory', this.#handle);
  }

  get instructionSet() {
    return this.#core.text('extractor_instruction_set', this.#handle);
  }

  emptyFilters() {
    const text = this.#core.text('extractor_empty_filters', this.#handle);
    return text === '' ? [] : text.split(',').map(Number);
  }

  filterbank(out) {
    const to = this.#core.stage('out', out.byteLength);
    this.#core.number('extractor_filterbank', this.#handle, to, out.length);
    this.#core.fetch(to, out, out.length);
  }

  frameCount(nSamples) {
    return this.#core.call('extractor_frame_count', this.#handle, checkCount(nSamples));
  }

  validFrames(nSamples) {
    return this.#core.call('extractor_valid_frames', this.#handle, checkCount(nSamples));
  }

  computeInto(samples, out) {
    const { count, to } = this.#core.compute('extractor_compute', this.#handle, samples, out);
    this.#core.fetch(to, out, count * this.nMels);
    return count;
  }

  compute(samples, out) {
    this.computeInto(samples, out);
  }

  computeBatchInto(clips, outs) {
    clips.forEach((clip, place) => {
      try {
        this.computeInto(clip, outs[place]);
      } catch (error) {
        if (error.kind === undefined) throw error;
        error.message = `clip ${place}: ${error.message}`;
        error.clip = place;
        throw error;
      }
    });
  }

  computeBatch(clips, outs) {
    this.computeBatchInto(clips, outs);
  }

  stream() {
    return new Stream(this.#core, this.#core.handle('stream_new', this.#handle), this.nMels);
  }
}

class Stream {
  #core;
  #handle;
  #nMels;

  constructor(core, handle, nMels) {
    this.#core = core;
    this.#handle = handle;
    this.#nMels = nMels;
    core.watch(this, 'stream_free', handle);
  }

  framesAfter(nSamples) {
    return this.#core.call('stream_frames_after', this.#handle, checkCount(nSamples));
  }

  framesAtFinish() {
    return this.#core.call('stream_frames_at_finish', this.#handle);
  }

  pushInto(samples, out) {
    const { count, to } = this.#core.compute('stream_push', this.#handle, samples, out);
    this.#core.fetch(to, out, count * this.#nMels);
    return count;
  }

  finishInto(out) {
    const to = this.#core.stage('out', out.byteLength);
    const count = this.#core.number('stream_finish', this.#handle, to, out.length);
    this.#core.fetch(to, out, count * this.#nMels);
    return count;
  }

  reset() {
    this.#core.call('stream_reset', this.#handle);
  }
}
