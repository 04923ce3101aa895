// The result: an array of V8's own, and how it is to be read.

'use strict';

const native = require('./native.js');

/** A spectrogram of zeros, for the engine to write to. */
function spectrogram(nMels, nFrames, isFrameMajor) {
  const shape = isFrameMajor ? [nFrames, nMels] : [nMels, nFrames];
  return { data: allocate(nMels * nFrames), nMels, nFrames, shape };
}

function allocate(length) {
  try {
    return new Float32Array(length);
  } catch (error) {
    native.refuseMemory(length * Float32Array.BYTES_PER_ELEMENT);
    throw error;
  }
}

module.exports = { spectrogram };
