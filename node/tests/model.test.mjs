// A model's options, read from its own files.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { MelExtractor, fromPreprocessorConfig, rowStatistics } from 'mojo-audio';
import { CHECKOUT, options } from './support.mjs';

const { recipes } = JSON.parse(readFileSync(join(CHECKOUT, 'conformance', 'recipes.json'), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'mojo-audio-'));
after(() => rmSync(folder, { recursive: true }));

/** A folder with files of these contents. */
function model(name, files) {
  mkdirSync(join(folder, name));
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(join(folder, name, file), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return join(folder, name);
}

for (const [place, recipe] of recipes.entries()) {
  test(`${recipe.class} (recipe ${place})`, () => {
    const expected = new MelExtractor(options(recipe)).config;
    assert.deepEqual(fromPreprocessorConfig(recipe.settings), expected);
    assert.deepEqual(fromPreprocessorConfig({ feature_extractor: recipe.settings }), expected);
  });
}

test('a folder, a file and a URL', () => {
  const { settings, ...recipe } = recipes[1];
  const expected = new MelExtractor(options(recipe)).config;
  const path = model('older', { 'preprocessor_config.json': settings });
  for (const source of [path, join(path, 'preprocessor_config.json'), pathToFileURL(path)]) {
    assert.deepEqual(fromPreprocessorConfig(source), expected);
  }
  // A processor's file comes first, unless it names no feature extractor.
  const both = { 'preprocessor_config.json': recipes[0].settings, 'processor_config.json': { feature_extractor: settings } };
  assert.deepEqual(fromPreprocessorConfig(model('both', both)), expected);
  const tokenizer = { 'preprocessor_config.json': settings, 'processor_config.json': { processor_class: 'Any' } };
  assert.deepEqual(fromPreprocessorConfig(model('tokenizer', tokenizer)), expected);
});

test('files of NeMo and Kaldi', () => {
  const parakeet = new MelExtractor('parakeet').config;
  const section = { _target_: 'nemo.collections.asr.modules.AudioToMelSpectrogramPreprocessor', window_size: 0.025, features: 80 };
  assert.deepEqual(fromPreprocessorConfig(section), parakeet);
  const lines = Object.entries(section).map(([key, value]) => `  ${key}: ${value}\n`);
  const files = model('toolkits', {
    'model_config.yaml': `preprocessor:\n${lines.join('')}`,
    'fbank.conf': '--dither=0\n--num-mel-bins=40\n--snip-edges=false\n',
  });
  assert.deepEqual(fromPreprocessorConfig(files), parakeet);
  const kaldi = fromPreprocessorConfig(join(files, 'fbank.conf'));
  assert.deepEqual([kaldi.nMels, kaldi.snipEdges, kaldi.dither], [40, false, 0]);
});

test('means and scales of rows', () => {
  const files = model('statistics', {
    global_cmvn: { mean_stat: Array(80).fill(16), var_stat: Array(80).fill(84), frame_num: 4 },
    other: '[ 1 2 3 ]',
  });
  const rows = rowStatistics(pathToFileURL(join(files, 'global_cmvn')));
  assert.deepEqual(rows, { rowMean: new Float32Array(80).fill(4), rowScale: new Float32Array(80).fill(1 / Math.sqrt(5)) });
  const samples = Float32Array.from({ length: 16000 }, (_, i) => Math.sin(i));
  const [plain, scaled] = [undefined, rows].map((tables) => new MelExtractor('kaldi-fbank', tables).computeSync(samples).data);
  plain.forEach((x, i) => assert.ok(Math.abs(scaled[i] - (x - 4) / Math.sqrt(5)) < 1e-4));
  assert.throws(() => rowStatistics(join(files, 'other')), { code: 'ERR_MOJO_AUDIO_CONFIG', field: 'rowMean', message: /^rowMean must be one matrix of two lines/ });
  assert.throws(() => rowStatistics(join(files, 'none')), { code: 'ENOENT' });
  assert.throws(() => rowStatistics(7), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('what is read can be changed', () => {
  const config = fromPreprocessorConfig({ feature_extractor_type: 'WhisperFeatureExtractor', feature_size: 128 });
  assert.deepEqual([config.nMels, config.padTo, config.maxLength], [128, 480000, 480000]);
  assert.ok(Object.isFrozen(config));
  const extractor = new MelExtractor({ ...config, padTo: null });
  assert.deepEqual(extractor.computeSync(new Float32Array(16000)).shape, [128, 100]);
});

test('what can not be honoured is an error with the name in the file', () => {
  const rejects = (source, field, message) =>
    assert.throws(
      () => fromPreprocessorConfig(source),
      (error) => {
        assert.ok(error instanceof RangeError);
        assert.deepEqual([error.code, error.field], ['ERR_MOJO_AUDIO_CONFIG', field]);
        assert.match(error.message, message);
        return true;
      },
    );
  const whisper = { feature_extractor_type: 'WhisperFeatureExtractor' };
  rejects({ ...whisper, hop_length: 'a' }, 'hop_length', /^hop_length must be /);
  rejects({ ...whisper, feature_size: 0 }, 'feature_size', /^feature_size must be /);
  assert.throws(() => fromPreprocessorConfig({ ...whisper, hop_lenght: 320 }), {
    name: 'TypeError',
    code: 'ERR_MOJO_AUDIO_UNKNOWN_NAME',
    number: 2,
    what: 'setting',
    value: 'hop_lenght',
    closest: 'hop_length',
    message: 'unknown setting "hop_lenght"; did you mean "hop_length"?',
  });
  assert.throws(() => fromPreprocessorConfig({ feature_extractor_type: 'WisperFeatureExtractor' }), {
    code: 'ERR_MOJO_AUDIO_CONFIG',
    closest: 'WhisperFeatureExtractor',
    message: /got "WisperFeatureExtractor"; did you mean WhisperFeatureExtractor\?$/,
  });
  rejects({ feature_extractor_type: 'MusicgenMelodyFeatureExtractor' }, 'feature_extractor_type', /chroma/);
  const cut = model('cut', { 'preprocessor_config.json': '{"feature_size": ' });
  rejects(cut, join(cut, 'preprocessor_config.json'), /preprocessor_config\.json must be an? .*JSON/);
});

test('what is no source, and files that are missing', () => {
  for (const source of [undefined, null, 5, ['a'], new Uint8Array(2)]) {
    assert.throws(() => fromPreprocessorConfig(source), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
  }
  for (const path of [join(folder, 'none'), model('empty', {})]) {
    assert.throws(() => fromPreprocessorConfig(path), { code: 'ENOENT' });
  }
});
