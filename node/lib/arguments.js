// What callers hand over: its types, and that no memory is read and written at once. Options and samples
// themselves are checked by the engine.

'use strict';

const { types } = require('node:util');

function typeError(name, value, wanted) {
  const error = new TypeError(`${name}: ${describe(value)} came; ${wanted} is wanted`);
  error.code = 'ERR_INVALID_ARG_TYPE';
  return error;
}

function rangeError(name, came, wanted) {
  const error = new RangeError(`${name}: ${came} came; ${wanted} is wanted`);
  error.code = 'ERR_OUT_OF_RANGE';
  return error;
}

function describe(value) {
  if (value === null || ['undefined', 'boolean', 'number', 'bigint'].includes(typeof value)) {
    return String(value);
  }
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'object') return `an object of type ${value.constructor?.name ?? 'Object'}`;
  return `a value of type ${typeof value}`;
}

const isShared = (view) => types.isSharedArrayBuffer(view.buffer);

/** Samples that no other thread can change while they are read. */
function checkSamples(samples, name = 'samples') {
  if (types.isFloat32Array(samples)) return isShared(samples) ? new Float32Array(samples) : samples;
  if (types.isInt16Array(samples)) return isShared(samples) ? new Int16Array(samples) : samples;
  throw typeError(name, samples, 'a Float32Array or an Int16Array');
}

function checkOut(out, samples) {
  if (!types.isFloat32Array(out)) throw typeError('out', out, 'a Float32Array');
  if (isShared(out)) throw typeError('out', out.buffer, 'memory that no other thread has');
  const overlaps =
    out.buffer === samples.buffer &&
    out.byteOffset < samples.byteOffset + samples.byteLength &&
    samples.byteOffset < out.byteOffset + out.byteLength;
  if (overlaps) throw rangeError('out', 'the memory of the samples', 'memory of its own');
}

function checkOptions(options) {
  if (options === undefined || typeof options === 'string') return options;
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) {
    if (!ArrayBuffer.isView(options)) return options;
  }
  throw typeError('options', options, "an object of options, or a preset's name,");
}

function checkCount(count, name, least = 0) {
  if (typeof count !== 'number') throw typeError(name, count, 'a number');
  if (!Number.isSafeInteger(count) || count < least) {
    throw rangeError(name, count, `an integer of at least ${least}`);
  }
  return count;
}

/** How many threads: 0 is for as many as there are cores. */
function checkThreads(threads) {
  if (threads === undefined) return 0;
  return Math.min(checkCount(threads, 'threads', 1), 0xffffffff);
}

/** A window or a filterbank of the caller's. */
function checkTable(table, name) {
  if (table === undefined || table === null) return undefined;
  if (types.isFloat32Array(table)) return isShared(table) ? new Float32Array(table) : table;
  if (types.isFloat64Array(table) || Array.isArray(table)) return Float32Array.from(table);
  throw typeError(name, table, 'a Float32Array, a Float64Array or an array of numbers');
}

function checkSignal(signal) {
  if (signal === undefined) return;
  if (typeof signal?.addEventListener !== 'function' || typeof signal.aborted !== 'boolean') {
    throw typeError('signal', signal, 'an AbortSignal');
  }
}

module.exports = {
  checkCount,
  checkOptions,
  checkOut,
  checkSamples,
  checkSignal,
  checkTable,
  checkThreads,
  rangeError,
  typeError,
};
