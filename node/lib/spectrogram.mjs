// The result: an array of the JavaScript engine's own memory, and how it is to be read.

import { theEngine } from './engine.mjs';

/** A spectrogram of zeros, for the engine to write to. */
export function spectrogram(nMels, nFrames, isFrameMajor) {
  const shape = isFrameMajor ? [nFrames, nMels] : [nMels, nFrames];
  return { data: allocate(nMels * nFrames), nMels, nFrames, shape };
}

function allocate(length) {
  try {
    return new Float32Array(length);
  } catch (error) {
    theEngine().refuseMemory(length * Float32Array.BYTES_PER_ELEMENT);
    throw error;
  }
}
