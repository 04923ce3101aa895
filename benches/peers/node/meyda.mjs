// Meyda: its mel bands, as close to Whisper's as possible: frames of 512, whole-bin filters, ln(x + 1).

import Meyda from 'meyda';
import { HOP_LENGTH, N_MELS, SAMPLE_RATE, whisper } from './whisper.mjs';

const FRAME = 512;

export function make() {
  Object.assign(Meyda, {
    bufferSize: FRAME,
    sampleRate: SAMPLE_RATE,
    melBands: N_MELS,
    windowingFunction: 'hanning',
  });
  const compute = (samples) => {
    const padded = new Float32Array(samples.length + 2 * FRAME);
    padded.set(samples, FRAME / 2);
    const bands = (start) => Meyda.extract('melBands', padded.subarray(start, start + FRAME)).map(Math.expm1);
    return whisper(samples.length / HOP_LENGTH, bands);
  };
  return { compute, rows: (result) => result };
}
