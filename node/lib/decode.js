// Samples from bytes, as sockets and files give them: cut anywhere, also within a sample.

'use strict';

const { types } = require('node:util');
const { rangeError, typeError } = require('./arguments.js');

const FORMATS = { f32le: Float32Array, s16le: Int16Array };

/** What turns chunks into samples, and what is to be called after the last. */
function decoder(format) {
  if (format === undefined) return { decode: (chunk) => chunk, end() {} };
  const Samples = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  if (Samples === undefined) {
    throw rangeError('format', JSON.stringify(format), Object.keys(FORMATS).join(' or '));
  }
  const size = Samples.BYTES_PER_ELEMENT;
  let rest = Buffer.alloc(0);
  return {
    decode(chunk) {
      if (!types.isUint8Array(chunk)) throw typeError('chunk', chunk, 'a Buffer or a Uint8Array');
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const n = Math.floor(bytes.length / size);
      // Memory that is aligned to a sample, as a socket's is not.
      const samples = new Samples(n);
      Buffer.from(samples.buffer).set(bytes.subarray(0, n * size));
      // The chunk's memory is the caller's.
      rest = Buffer.from(bytes.subarray(n * size));
      return samples;
    },
    end() {
      if (rest.length > 0) {
        throw rangeError('chunks', `a last sample of ${rest.length} bytes`, `one of ${size}`);
      }
    },
  };
}

module.exports = { decoder };
