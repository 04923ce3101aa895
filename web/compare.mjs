// The same audio through transformers.js, which is loaded only then.

import { MelExtractor } from 'mojo-audio/inline';
import { timed } from './timed.mjs';

const LIBRARY = 'https://cdn.jsdelivr.net/npm/@huggingface/transformers@4.3.2';

/** Whisper's, as in its models' `preprocessor_config.json`. */
const CONFIG = {
  feature_extractor_type: 'WhisperFeatureExtractor',
  chunk_length: 30,
  feature_size: 80,
  hop_length: 160,
  n_fft: 400,
  n_samples: 480000,
  nb_max_frames: 3000,
  sampling_rate: 16000,
};

/** Times both on Whisper's 30 s, and compares the values. */
export async function compare({ samples, config }, say) {
  if (config.sampleRate !== CONFIG.sampling_rate) throw new Error('transformers.js computes Whisper at 16,000 Hz: choose a preset with that rate');
  say('Loading transformers.js …');
  let library;
  try {
    library = await import(LIBRARY);
  } catch (error) {
    throw new Error(`transformers.js can't be loaded: ${error.message}`, { cause: error });
  }
  const window = new Float32Array(CONFIG.n_samples);
  window.set(samples.subarray(0, CONFIG.n_samples));
  const theirs = new library.WhisperFeatureExtractor(CONFIG);
  const ours = new MelExtractor('whisper');
  say('Computing …');
  const begun = performance.now();
  await theirs(window);
  const first = performance.now() - begun;
  const [theirTime, { input_features: wanted }] = await timed(() => theirs(window), 50);
  const [ourTime, mel] = await timed(() => ours.computeSync(window), 50);
  const largest = mel.data.reduce((most, value, at) => Math.max(most, Math.abs(value - wanted.data[at])), 0);
  say(
    `Whisper's 30 s: transformers.js ${theirTime.toFixed(1)} ms (${Math.round(first)} ms the first time), mojo-audio ` +
      `${ourTime.toFixed(1)} ms: ${Math.round(theirTime / ourTime)} times faster. Largest difference ${largest.toExponential(1)}.`,
  );
}
