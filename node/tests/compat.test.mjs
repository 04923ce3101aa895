// The drop-in for transformers.js, held to the original.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import * as transformers from '@huggingface/transformers';
import * as compat from 'mojo-audio/compat';
import { read, signal } from './support.mjs';

const require = createRequire(import.meta.url);
const { WhisperFeatureExtractor } = compat;

/** As in the `preprocessor_config.json` of openai's models. */
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

/** Both are within this of float64's result for speech and noise; see conformance/. */
const BOUND = 2e-5;

const speech = read('inputs/speech-16000-8000-6.f32');

async function assertAgrees(config, audio, settings) {
  const ours = await new WhisperFeatureExtractor({ ...config })(audio, settings);
  const theirs = await new transformers.WhisperFeatureExtractor({ ...config })(audio, settings);
  assert.deepEqual(Object.keys(ours), Object.keys(theirs));
  const [mel, wanted] = [ours.input_features, theirs.input_features];
  assert.ok(mel instanceof transformers.Tensor);
  assert.deepEqual([mel.dims, mel.type], [wanted.dims, wanted.type]);
  const largest = mel.data.reduce((most, value, at) => Math.max(most, Math.abs(value - wanted.data[at])), 0);
  assert.ok(largest <= BOUND, `${largest} off`);
  return mel;
}

test('speech and noise, short and long', async () => {
  for (const audio of [speech, signal(480000), Float64Array.from(speech)]) await assertAgrees(CONFIG, audio);
  const { dims } = await assertAgrees(CONFIG, signal(500123));
  assert.deepEqual(dims, [1, 80, 3000]);
});

test('Float64Array that is cut', async () => {
  await assertAgrees({ ...CONFIG, n_samples: 6000 }, Float64Array.from(speech));
});

test('other settings', async () => {
  await assertAgrees({ ...CONFIG, feature_size: 128 }, speech);
  await assertAgrees({ ...CONFIG, n_samples: 16000 }, speech);
  await assertAgrees(CONFIG, speech, { max_length: 5000 });
  await assertAgrees(CONFIG, speech, { max_length: 12345 });
  await assertAgrees({ ...CONFIG, nb_max_frames: 20 }, speech);
  await assertAgrees({ ...CONFIG, hop_length: 100, n_fft: 512 }, speech, { max_length: 8000 });
  const mel_filters = Array.from({ length: 3 }, (_, row) =>
    Array.from({ length: 201 }, (_, bin) => (bin % (row + 2) === 0 ? 0.01 : 0)),
  );
  await assertAgrees({ ...CONFIG, feature_size: 3, mel_filters }, speech, { max_length: 8000 });
});

test('settings may change', async () => {
  const ours = new WhisperFeatureExtractor({ ...CONFIG });
  await ours(speech, { max_length: 8000 });
  ours.config.hop_length = 200;
  const { input_features: mel } = await ours._call(speech, { max_length: 8000 });
  assert.deepEqual(mel.dims, [1, 80, 40]);
});

test('it is one of the original, in both module systems', async () => {
  const ours = new WhisperFeatureExtractor({ ...CONFIG });
  assert.ok(ours instanceof transformers.WhisperFeatureExtractor);
  assert.equal(typeof ours, 'function');
  assert.deepEqual(ours.config.n_samples, CONFIG.n_samples);
  assert.equal(typeof WhisperFeatureExtractor.from_pretrained, 'function');
  await assert.rejects(ours._call([0, 1]), /expects input to be a Float32Array or a Float64Array/);
  const common = require('mojo-audio/compat');
  const Tensor = require('@huggingface/transformers').Tensor;
  const { input_features: mel } = await new common.WhisperFeatureExtractor({ ...CONFIG })(speech);
  assert.ok(mel instanceof Tensor);
});

/** As in the `preprocessor_config.json` of each class's models. */
const OTHERS = {
  ASTFeatureExtractor: {
    do_normalize: true,
    feature_size: 1,
    max_length: 1024,
    mean: -4.2677393,
    num_mel_bins: 128,
    padding_value: 0,
    sampling_rate: 16000,
    std: 4.5689974,
  },
  ParakeetFeatureExtractor: {
    feature_size: 80,
    hop_length: 160,
    n_fft: 512,
    padding_value: 0,
    preemphasis: 0.97,
    sampling_rate: 16000,
    win_length: 400,
  },
  SeamlessM4TFeatureExtractor: {
    feature_size: 80,
    num_mel_bins: 80,
    padding_value: 0,
    sampling_rate: 16000,
    stride: 2,
  },
};

/** Both compute in float64, but the original rounds powers and bands to float32; in units of the natural logarithm. */
const OTHERS_BOUND = 5e-4;

async function assertOtherAgrees(name, config, audio, ...settings) {
  const ours = await new compat[name]({ ...config })(audio, ...settings);
  const theirs = await new transformers[name]({ ...config })(audio, ...settings);
  assert.deepEqual(Object.keys(ours), Object.keys(theirs));
  for (const [key, wanted] of Object.entries(theirs)) {
    const { dims, type, data } = ours[key];
    assert.deepEqual([dims, type, data.length], [wanted.dims, wanted.type, wanted.data.length]);
    if (type === 'int64') assert.deepEqual(data, wanted.data);
    else {
      const largest = data.reduce((most, value, at) => Math.max(most, Math.abs(value - wanted.data[at])), 0);
      assert.ok(largest <= OTHERS_BOUND, `${name}, ${key}, ${audio.length} samples: ${largest} off`);
    }
  }
}

for (const [name, config] of Object.entries(OTHERS)) {
  test(name, async () => {
    for (const audio of [speech, signal(48000), signal(48161), Float64Array.from(speech)]) {
      await assertOtherAgrees(name, config, audio);
    }
    assert.ok(new compat[name]({ ...config }) instanceof transformers[name]);
    assert.equal(compat[name].name, name);
  });
}

test('other settings of the other classes', async () => {
  const [ast, parakeet, seamless] = Object.keys(OTHERS);
  await assertOtherAgrees(ast, { ...OTHERS[ast], max_length: 20, num_mel_bins: 64 }, speech);
  await assertOtherAgrees(ast, { ...OTHERS[ast], do_normalize: false }, speech);
  await assertOtherAgrees(ast, OTHERS[ast], signal(399));
  await assertOtherAgrees(parakeet, { ...OTHERS[parakeet], feature_size: 128, preemphasis: 0.9 }, speech);
  await assertOtherAgrees(parakeet, { ...OTHERS[parakeet], hop_length: 200, win_length: 512 }, speech);
  await assertOtherAgrees(seamless, { ...OTHERS[seamless], num_mel_bins: 40, stride: 1 }, speech);
  await assertOtherAgrees(seamless, { ...OTHERS[seamless], max_length: 100 }, speech);
  await assertOtherAgrees(seamless, OTHERS[seamless], signal(20000), { padding: true, do_normalize_per_mel_bins: false });
});

test('samples that are no numbers are what the original computes of them', async () => {
  const audio = Float32Array.from(speech);
  audio[5000] = NaN;
  const config = { ...CONFIG, n_samples: 16000 };
  const ours = await new WhisperFeatureExtractor({ ...config })(audio);
  const theirs = await new transformers.WhisperFeatureExtractor({ ...config })(audio);
  assert.deepEqual(ours.input_features.data, theirs.input_features.data);
});
