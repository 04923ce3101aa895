// The types of arguments, and that no memory is read and written at once. Options and samples themselves
// are checked by the engine.

import { ERROR_NUMBERS } from './table.mjs';

// The codes are those of Node's own functions; the kind and its number are those of every language.
const KIND = { kind: 'argument', number: ERROR_NUMBERS.argument };

export function typeError(name, value, allowed) {
  const error = new TypeError(`The "${name}" argument must be ${allowed}. Received ${describe(value)}`);
  return Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE', ...KIND, field: name });
}

export function rangeError(name, received, allowed) {
  const error = new RangeError(`The value of "${name}" is out of range. It must be ${allowed}. Received ${received}`);
  return Object.assign(error, { code: 'ERR_OUT_OF_RANGE', ...KIND, field: name });
}

function describe(value) {
  if (value === null || ['undefined', 'boolean', 'number', 'bigint'].includes(typeof value)) {
    return String(value);
  }
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'object') return `an instance of ${value.constructor?.name ?? 'Object'}`;
  return `a value of type ${typeof value}`;
}

const tag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get;

/** The kind of a typed array, also of another realm's; undefined for everything else. */
const kindOf = (value) => tag.call(value);

export const isBytes = (value) => kindOf(value) === 'Uint8Array';

const isShared = ({ buffer }) => Object.prototype.toString.call(buffer) === '[object SharedArrayBuffer]';

/** Samples that no other thread can change while they are read. */
export function checkSamples(samples, name = 'samples') {
  const kind = kindOf(samples);
  if (kind !== 'Float32Array' && kind !== 'Int16Array') {
    throw typeError(name, samples, 'a Float32Array or an Int16Array');
  }
  if (!isShared(samples)) return samples;
  return kind === 'Float32Array' ? new Float32Array(samples) : new Int16Array(samples);
}

export const isInt16 = (samples) => kindOf(samples) === 'Int16Array';

export function checkOut(out, samples) {
  if (kindOf(out) !== 'Float32Array') throw typeError('out', out, 'a Float32Array');
  if (isShared(out)) throw typeError('out', out.buffer, 'on memory that no other thread has');
  const overlaps =
    out.buffer === samples.buffer &&
    out.byteOffset < samples.byteOffset + samples.byteLength &&
    samples.byteOffset < out.byteOffset + out.byteLength;
  if (overlaps) throw rangeError('out', 'the memory of the samples', 'memory of its own');
}

export function checkCount(count, name, least = 0) {
  if (typeof count !== 'number') throw typeError(name, count, 'a number');
  if (!Number.isSafeInteger(count) || count < least) {
    throw rangeError(name, count, `an integer of at least ${least}`);
  }
  return count;
}

/** How many threads; 0 is as many as there are cores. */
export function checkThreads(threads) {
  if (threads === undefined) return 0;
  return Math.min(checkCount(threads, 'threads', 1), 0xffffffff);
}

/** A table that the caller passed. */
export function checkTable(table, name) {
  if (table === undefined || table === null) return undefined;
  const kind = kindOf(table);
  if (kind === 'Float32Array') return isShared(table) ? new Float32Array(table) : table;
  if (kind === 'Float64Array' || Array.isArray(table)) return Float32Array.from(table);
  throw typeError(name, table, 'a Float32Array, a Float64Array or an array of numbers');
}

export function checkClips(clips) {
  if (typeof clips?.[Symbol.iterator] !== 'function' || ArrayBuffer.isView(clips)) {
    throw typeError('clips', clips, 'an array of Float32Array or Int16Array');
  }
  return Array.from(clips, (clip, place) => checkSamples(clip, `clips[${place}]`));
}

export function checkSignal(signal) {
  if (signal === undefined) return;
  if (typeof signal?.addEventListener !== 'function' || typeof signal.aborted !== 'boolean') {
    throw typeError('signal', signal, 'an AbortSignal');
  }
}
