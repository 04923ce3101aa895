// essentia.js: its window, spectrum and mel bands, as close to Whisper's as possible: symmetric window. Its calls plan
// anew each time.

import { EssentiaWASM } from 'essentia.js/dist/essentia-wasm.es.js';
import Essentia from 'essentia.js/dist/essentia.js-core.es.js';
import { HOP_LENGTH, N_MELS, SAMPLE_RATE, whisper } from '../node/whisper.mjs';

const N_FFT = 400;
const N_BINS = N_FFT / 2 + 1;
const BANDS = [SAMPLE_RATE / 2, N_BINS, false, 0, 'unit_tri', N_MELS, SAMPLE_RATE, 'power', 'slaneyMel', 'linear'];

export function make() {
  const essentia = new Essentia(EssentiaWASM);
  const bandsOf = (samples) => {
    const signal = essentia.arrayToVector(samples);
    const { frame } = essentia.Windowing(signal, false, N_FFT, 'hann', 0, false);
    const { spectrum } = essentia.Spectrum(frame, N_FFT);
    const { bands } = essentia.MelBands(spectrum, ...BANDS);
    const values = essentia.vectorToArray(bands);
    for (const vector of [signal, frame, spectrum, bands]) vector.delete();
    return values;
  };
  const compute = (samples) => {
    const padded = reflected(samples, N_FFT / 2);
    const bands = (start) => bandsOf(padded.subarray(start, start + N_FFT));
    return whisper(samples.length / HOP_LENGTH, bands);
  };
  return { compute, rows: (result) => result };
}

/** The samples with `n` mirrored ones before and after. */
function reflected(samples, n) {
  const padded = new Float32Array(samples.length + 2 * n);
  padded.set(samples, n);
  padded.set(samples.slice(1, n + 1).reverse());
  padded.set(samples.slice(-n - 1, -1).reverse(), n + samples.length);
  return padded;
}
