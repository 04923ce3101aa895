// Every conformance case, through the package's own surface, by the addon and by WebAssembly.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import * as addon from 'mojo-audio';
import * as web from '../web.mjs';
import { CASES, assertBits, assertSameMel, camelCase, chunks, collect, concatenate, options, read } from './support.mjs';

const TYPE_ERRORS = ['unknown_name', 'finished'];

function assertAgrees(mel, item, layout) {
  const { n_mels: nMels, n_frames: nFrames, bound } = item;
  const expected = read(item.expected);
  assert.deepEqual(mel.shape, layout === 'frame_major' ? [nFrames, nMels] : [nMels, nFrames]);
  assert.deepEqual([mel.nMels, mel.nFrames], [nMels, nFrames]);
  assert.ok(mel.data instanceof Float32Array);
  assert.equal(mel.data.length, expected.length);
  let sum = 0;
  expected.forEach((value, at) => {
    const difference = Math.abs(mel.data[at] - value);
    const most = bound.atol + bound.rtol * Math.abs(value);
    assert.ok(difference <= most, `value ${at}: expected ${value}, got ${mel.data[at]}`);
    sum += difference;
  });
  assert.ok(expected.length === 0 || sum / expected.length <= bound.mean_abs);
}

function each(kinds, run) {
  const those = CASES.filter(({ kind }) => kinds.includes(kind));
  assert.ok(those.length > 0, `no cases of ${kinds}`);
  for (const testCase of those) test(testCase.name, () => run(testCase));
}

web.initSync(readFileSync(new URL('../mojo_audio.wasm', import.meta.url)));

test('the addon and WebAssembly are what is tested', () => {
  assert.notEqual(new addon.MelExtractor().instructionSet, 'Simd128');
  assert.equal(new web.MelExtractor().instructionSet, 'Simd128');
});

describe('addon', () => conforms(addon));
describe('WebAssembly', () => conforms(web));

function conforms({ MelExtractor, melSpectrogram, melSpectrogramSync }) {
  describe('whole', () => {
    each(['single', 'int16'], async (testCase) => {
      const extractor = new MelExtractor(options(testCase));
      const samples = read(testCase.input);
      assert.equal(samples.length, testCase.n_samples);
      const mel = extractor.computeSync(samples);
      assertAgrees(mel, testCase, extractor.config.layout);
      assert.equal(extractor.frameCount(samples.length), testCase.n_frames);
      assert.equal(extractor.nMels, testCase.n_mels);
      assertSameMel(await extractor.compute(samples), mel);
      assertSameMel(await melSpectrogram(samples, options(testCase)), mel);
      assertSameMel(melSpectrogramSync(samples, extractor.config), mel);
      const out = new Float32Array(mel.data.length + 1).fill(NaN);
      assert.equal(extractor.computeInto(samples, out), mel.nFrames);
      assertBits(out.subarray(0, -1), mel.data);
      assert.ok(Number.isNaN(out.at(-1)), 'it wrote beyond the result');
    });
  });

  describe('chunked', () => {
    // The bits of the whole, or a refusal that names the option that needs it.
    each(['single', 'int16'], async (testCase) => {
      const extractor = new MelExtractor(options(testCase));
      const samples = read(testCase.input);
      const config = extractor.config;
      const usesReference = config.topDb !== null || config.subtractReference;
      const whole = {
        reference: usesReference && config.reference === 'whole_input',
        normalize: config.normalize !== 'none',
        normalizeInput: config.normalizeInput,
        padToMode: config.padTo !== null && config.padToMode === 'repeat',
        maskTail: config.maskTail,
      };
      if (Object.values(whole).some(Boolean)) {
        assert.throws(
          () => extractor.stream(),
          (error) => error instanceof RangeError && error.kind === 'config' && whole[error.field],
        );
        return;
      }
      const mel = extractor.computeSync(samples);
      for (const size of [samples.length < 3000 ? 1 : 997, 160, 161, 4096]) {
        const pieces = await collect(extractor.stream().iterate(chunks(samples, size)));
        assertSameMel(concatenate(pieces, mel.nMels, config.layout === 'frame_major'), mel);
      }
    });
  });

  describe('batch', () => {
    each(['batch'], async (testCase) => {
      const extractor = new MelExtractor(options(testCase));
      const clips = testCase.clips.map(({ input }) => read(input));
      for (const threads of [undefined, 1, 3]) {
        const mels = await extractor.computeBatch(clips, { threads });
        const atOnce = extractor.computeBatchSync(clips, { threads });
        assert.equal(mels.length, clips.length);
        mels.forEach((mel, at) => {
          assertAgrees(mel, testCase.clips[at], extractor.config.layout);
          assertSameMel(mel, extractor.computeSync(clips[at]));
          assertSameMel(atOnce[at], mel);
        });
      }
    });
  });

  describe('statistic', () => {
    each(['statistic'], (testCase) => {
      const mel = melSpectrogramSync(new Float32Array(testCase.n_samples), options(testCase));
      assert.deepEqual(mel.shape, [testCase.n_mels, testCase.n_frames]);
      read(testCase.expected).forEach((expected, row) => {
        const values = mel.data.subarray(row * mel.nFrames, (row + 1) * mel.nFrames);
        const mean = values.reduce((sum, value) => sum + value, 0) / mel.nFrames;
        assert.ok(Math.abs(mean - expected) <= testCase.bound.atol_per_row[row]);
      });
    });
  });

  describe('refusal', () => {
    each(['refusal'], async (testCase) => {
      const { code, field, name, index } = testCase.error;
      const isExpected = (error) => {
        assert.equal(error.kind, code);
        const kind = TYPE_ERRORS.includes(code) ? TypeError : undefined;
        assert.ok(kind ? error instanceof kind : error instanceof RangeError || code === 'config');
        if (field !== undefined) {
          assert.equal(error.field, camelCase(field));
          assert.ok(error.message.startsWith(`${error.field} must be `));
        }
        if (name !== undefined) assert.equal(error.value, error.what === 'option' ? camelCase(name) : name);
        if (index !== undefined) assert.equal(error.index, index);
        return true;
      };
      if (testCase.call === 'new') {
        assert.throws(() => new MelExtractor(options(testCase)), isExpected);
        return;
      }
      const extractor = new MelExtractor(options(testCase));
      if (testCase.call === 'stream') {
        assert.throws(() => extractor.stream(), isExpected);
        return;
      }
      const samples = testCase.n_samples ? read(testCase.input) : new Float32Array(0);
      assert.throws(() => extractor.computeSync(samples), isExpected);
      await assert.rejects(extractor.compute(samples), isExpected);
    });
  });
}
