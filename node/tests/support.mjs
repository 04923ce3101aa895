// What the tests share: the conformance cases, signals, comparisons.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MelExtractor } from 'mojo-audio';
import { optionsOf } from './cases.mjs';

export { camelCase } from './cases.mjs';

setFlagsFromString('--expose-gc');
export const collectGarbage = runInNewContext('gc');

const here = dirname(fileURLToPath(import.meta.url));

/** The checkout that the tests are of; the package may be a copy elsewhere. */
export const CHECKOUT = process.env.MOJO_AUDIO_CHECKOUT ?? join(here, '..', '..');

export const { cases: CASES } = JSON.parse(
  readFileSync(join(CHECKOUT, 'conformance', 'cases.json'), 'utf8'),
);

/** A file of the corpus: float32, or int16 where its name ends so. */
export function read(file) {
  const bytes = readFileSync(join(CHECKOUT, 'conformance', file));
  const Type = file.endsWith('.i16') ? Int16Array : Float32Array;
  return new Type(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

const DEFAULTS = new MelExtractor().config;

/** A case's options as a user of JavaScript would write them. */
export const options = (testCase) => optionsOf(testCase, DEFAULTS);

/** Seconds of something like a voice: reproducible, and no tone that rounding would show in. */
export function signal(nSamples, seed = 1) {
  let state = seed;
  return Float32Array.from({ length: nSamples }, (_, at) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 0.3 * Math.sin(at * at * 1e-6) + 0.2 * (state / 2 ** 32 - 0.5);
  });
}

/** Whisper's options with a level that a stream can have. */
export const LIVE = Object.freeze({ preset: 'whisper', reference: 'fixed', referenceValue: 1.5 });

export function assertBits(actual, expected) {
  assert.equal(actual.length, expected.length);
  const bits = ({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength);
  assert.ok(bits(actual).equals(bits(expected)), 'the bits differ');
}

export function assertSameMel(actual, expected) {
  assert.deepEqual(actual.shape, expected.shape);
  assert.deepEqual([actual.nMels, actual.nFrames], [expected.nMels, expected.nFrames]);
  assertBits(actual.data, expected.data);
}

/** The spectrogram of pieces that follow each other. */
export function concatenate(mels, nMels, isFrameMajor = false) {
  const nFrames = mels.reduce((sum, mel) => sum + mel.nFrames, 0);
  const data = new Float32Array(nMels * nFrames);
  let before = 0;
  for (const mel of mels) {
    if (isFrameMajor) data.set(mel.data, before * nMels);
    for (let row = 0; row < nMels && !isFrameMajor; row += 1) {
      const part = mel.data.subarray(row * mel.nFrames, (row + 1) * mel.nFrames);
      data.set(part, row * nFrames + before);
    }
    before += mel.nFrames;
  }
  return { data, nMels, nFrames, shape: isFrameMajor ? [nFrames, nMels] : [nMels, nFrames] };
}

/** The pieces of a signal. */
export function* chunks(samples, size) {
  for (let at = 0; at < samples.length; at += size) yield samples.subarray(at, at + size);
}

export async function collect(iterable) {
  const items = [];
  for await (const item of iterable) items.push(item);
  return items;
}
