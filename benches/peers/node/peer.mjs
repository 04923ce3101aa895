// The Node packages to compare mojo-audio with. Plans and filters are made beforehand.

import { readFileSync } from 'node:fs';
import { name, serve } from './serve.mjs';

const version = (name) =>
  JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url))).version;

const HOP_LENGTH = 160;
const N_MELS = 80;

/** transformers.js: the computation of its WhisperFeatureExtractor after its padding to 30 seconds. */
async function transformers() {
  const { WhisperFeatureExtractor } = await import('@huggingface/transformers');
  const extractor = new WhisperFeatureExtractor({
    feature_size: N_MELS,
    sampling_rate: 16000,
    hop_length: HOP_LENGTH,
    n_fft: 400,
    n_samples: 480000,
    nb_max_frames: 3000,
  });
  await serve(
    version('@huggingface/transformers'),
    (samples) => extractor._extract_fbank_features(samples),
    (tensor) => ({ rows: tensor.dims[0], frames: tensor.dims[1], data: tensor.data }),
  );
}

/** Meyda: its mel bands, as close to Whisper's as possible: frames of 512, whole-bin filters, ln(x + 1). */
async function meyda() {
  const { default: Meyda } = await import('meyda');
  const bufferSize = 512;
  Object.assign(Meyda, { bufferSize, sampleRate: 16000, melBands: N_MELS, windowingFunction: 'hanning' });
  function compute(samples) {
    const frames = samples.length / HOP_LENGTH;
    const padded = new Float32Array(samples.length + 2 * bufferSize);
    padded.set(samples, bufferSize / 2);
    const data = new Float32Array(N_MELS * frames);
    let highest = -Infinity;
    for (let frame = 0; frame < frames; frame++) {
      const start = frame * HOP_LENGTH;
      const bands = Meyda.extract('melBands', padded.subarray(start, start + bufferSize));
      for (let band = 0; band < N_MELS; band++) {
        const value = Math.log10(Math.max(Math.expm1(bands[band]), 1e-10));
        highest = Math.max(highest, value);
        data[band * frames + frame] = value;
      }
    }
    for (let i = 0; i < data.length; i++) {
      data[i] = (Math.max(data[i], highest - 8) + 4) / 4;
    }
    return { rows: N_MELS, frames, data };
  }
  await serve(version('meyda'), compute, (result) => result);
}

await { 'transformers.js': transformers, meyda }[name]();
