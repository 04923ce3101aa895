// Samples from bytes, as sockets and files deliver them: cut anywhere, also within a sample.

import { isBytes, rangeError, typeError } from './arguments.mjs';

const FORMATS = { f32le: Float32Array, s16le: Int16Array };

/** What turns chunks into samples, and what is to be called after the last. */
export function decoder(format) {
  if (format === undefined) return { decode: (chunk) => chunk, end() {} };
  const Samples = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  if (Samples === undefined) {
    throw rangeError('format', JSON.stringify(format), Object.keys(FORMATS).join(' or '));
  }
  const size = Samples.BYTES_PER_ELEMENT;
  let rest = new Uint8Array(0);
  return {
    decode(chunk) {
      if (!isBytes(chunk)) throw typeError('chunk', chunk, 'a Uint8Array, such as a Buffer');
      const length = rest.length + chunk.length;
      const bytes = new Uint8Array(length - (length % size));
      const taken = bytes.length - rest.length;
      if (taken < 0) {
        // Not a whole sample yet.
        const longer = new Uint8Array(length);
        longer.set(rest);
        longer.set(chunk, rest.length);
        rest = longer;
        return new Samples(0);
      }
      bytes.set(rest);
      bytes.set(chunk.subarray(0, taken), rest.length);
      // A copy: the chunk's memory is the caller's.
      rest = Uint8Array.prototype.slice.call(chunk, taken);
      return new Samples(bytes.buffer);
    },
    end() {
      if (rest.length > 0) {
        throw rangeError('chunks', `a last sample of ${rest.length} bytes`, `whole samples of ${size} bytes`);
      }
    },
  };
}
