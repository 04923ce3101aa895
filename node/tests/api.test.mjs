// What the conformance cases do not show: views, memory, options and everything that can be wrong.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import * as mojoAudio from 'mojo-audio';
import { MelExtractor, PRESETS, melSpectrogram, melSpectrogramSync, version } from 'mojo-audio';
import { LIVE, assertBits, assertSameMel, collectGarbage, signal } from './support.mjs';

const require = createRequire(import.meta.url);
const samples = signal(8000);
const whisper = new MelExtractor();

function refuses(run, kind, code, message) {
  assert.throws(run, (error) => {
    assert.ok(error instanceof kind, `expected ${kind.name}, got ${error.name}`);
    assert.equal(error.code, /^[a-z]/.test(code) ? `ERR_MOJO_AUDIO_${code.toUpperCase()}` : code);
    assert.equal(error.kind, /^[a-z]/.test(code) ? code : 'argument');
    if (message !== undefined) assert.match(error.message, message);
    return true;
  });
}

test('both module systems have the same objects', () => {
  const common = require('mojo-audio');
  const { default: _, ...named } = mojoAudio;
  assert.deepEqual(Object.keys(named).sort(), Object.keys(common).sort());
  for (const [name, value] of Object.entries(named)) assert.equal(value, common[name]);
  assert.equal(version, require('mojo-audio/package.json').version);
});

test('a result is a plain object of its own memory', async () => {
  for (const mel of [whisper.computeSync(samples), await whisper.compute(samples)]) {
    assert.equal(Object.getPrototypeOf(mel), Object.prototype);
    assert.deepEqual(Object.keys(mel), ['data', 'nMels', 'nFrames', 'shape']);
    assert.equal(mel.data.byteLength, mel.data.buffer.byteLength);
    assertSameMel(structuredClone(mel, { transfer: [mel.data.buffer] }), whisper.computeSync(samples));
  }
});

/** The bytes of array buffers, once V8, which frees them on another thread, has freed those of the past. */
async function memoryInUse() {
  for (let bytes = Infinity; ; ) {
    collectGarbage();
    await setTimeout(20);
    const now = process.memoryUsage().arrayBuffers;
    if (now >= bytes) return now;
    bytes = now;
  }
}

test("results are memory of V8's allocator, which Electron demands", async () => {
  const long = new Float32Array(16000 * 600);
  const bytes = 4 * whisper.nMels * whisper.frameCount(long.length);
  const results = [];
  for (const compute of [
    () => whisper.computeSync(long),
    () => whisper.compute(long),
    async () => (await whisper.computeBatch([long]))[0],
    () => whisper.computeBatchSync([long])[0],
  ]) {
    // Of memory that was brought from elsewhere V8 does not count it here.
    const before = await memoryInUse();
    results.push(await compute());
    assert.ok(process.memoryUsage().arrayBuffers - before >= bytes);
  }
});

test('views with offsets are read where they are', async () => {
  for (const Type of [Float32Array, Int16Array]) {
    const plain = Type === Int16Array ? Int16Array.from(samples, (value) => value * 32767) : samples;
    const wanted = whisper.computeSync(plain);
    const size = Type.BYTES_PER_ELEMENT;
    const buffer = new ArrayBuffer(size * (plain.length + 7));
    new Type(buffer).fill(1);
    const view = new Type(buffer, 3 * size, plain.length);
    view.set(plain);
    assertSameMel(whisper.computeSync(view), wanted);
    assertSameMel(await whisper.compute(view), wanted);
    assertSameMel(whisper.computeBatchSync([view])[0], wanted);
    assertSameMel((await whisper.computeBatch([view]))[0], wanted);
    const shared = new Type(new SharedArrayBuffer(size * (plain.length + 1)), size);
    shared.set(plain);
    assertSameMel(whisper.computeSync(shared), wanted);
    assertSameMel(await whisper.compute(shared), wanted);
  }
});

test('a sample of int16 counts as value / 32768', () => {
  const integers = Int16Array.from(samples, (value) => value * 32767);
  const floats = Float32Array.from(integers, (value) => value / 32768);
  assertSameMel(whisper.computeSync(integers), whisper.computeSync(floats));
});

test('the input of a promise can be used again at once', async () => {
  const wanted = whisper.computeSync(samples);
  const buffer = samples.slice();
  const promises = [whisper.compute(buffer), whisper.computeBatch([buffer]).then(([mel]) => mel)];
  promises.push(melSpectrogram(buffer));
  buffer.fill(0);
  structuredClone(buffer, { transfer: [buffer.buffer] });
  for (const mel of await Promise.all(promises)) assertSameMel(mel, wanted);
});

test('computeInto writes to a view', () => {
  const wanted = whisper.computeSync(samples);
  const buffer = new Float32Array(wanted.data.length + 20);
  assert.equal(whisper.computeInto(samples, buffer.subarray(10)), wanted.nFrames);
  assertBits(buffer.slice(10, -10), wanted.data);
  refuses(() => whisper.computeInto(samples, new Float32Array(1)), RangeError, 'buffer_size', /out must have 4000 values, got 1/);
  refuses(() => whisper.computeInto(samples, new Float64Array(4000)), TypeError, 'ERR_INVALID_ARG_TYPE');
  const shared = new Float32Array(new SharedArrayBuffer(16000));
  refuses(() => whisper.computeInto(samples, shared), TypeError, 'ERR_INVALID_ARG_TYPE');
  const both = new Float32Array(12000);
  refuses(() => whisper.computeInto(both.subarray(0, 8000), both), RangeError, 'ERR_OUT_OF_RANGE');
  assert.equal(whisper.computeInto(both.subarray(0, 8000), both.subarray(8000)), 50);
});

test('samples of other types are refused, and so are none', async () => {
  for (const wrong of [undefined, null, [0, 1], new Float64Array(9), new Uint8Array(9), Buffer.alloc(8), 'a']) {
    refuses(() => melSpectrogramSync(wrong), TypeError, 'ERR_INVALID_ARG_TYPE', /^The "samples" argument must be .* Received /);
    refuses(() => whisper.computeBatchSync([samples, wrong]), TypeError, 'ERR_INVALID_ARG_TYPE', /^The "clips\[1\]" argument /);
    await assert.rejects(whisper.compute(wrong), TypeError);
  }
  refuses(() => whisper.computeBatchSync(samples), TypeError, 'ERR_INVALID_ARG_TYPE', /^The "clips" argument /);
  refuses(() => whisper.computeSync(new Int16Array(0)), RangeError, 'empty_input');
  const detached = samples.slice();
  structuredClone(detached, { transfer: [detached.buffer] });
  refuses(() => whisper.computeSync(detached), RangeError, 'empty_input');
});

test('a batch may be empty or mixed, and names the clip at fault', async () => {
  assert.deepEqual(await whisper.computeBatch([]), []);
  const integers = Int16Array.from(samples.subarray(0, 3000), (value) => value * 32767);
  const mixed = [integers, samples, integers, samples.subarray(5)];
  const mels = await whisper.computeBatch(new Set(mixed), { threads: 2 });
  const distinct = [integers, samples, samples.subarray(5)];
  mels.forEach((mel, at) => assertSameMel(mel, whisper.computeSync(distinct[at])));
  const bad = Float32Array.of(0, NaN);
  const isExpected = (error) =>
    error instanceof RangeError && error.kind === 'sample' && error.clip === 1 && error.index === 1;
  assert.throws(() => whisper.computeBatchSync([samples, bad]), isExpected);
  await assert.rejects(whisper.computeBatch([samples, bad, bad]), isExpected);
  refuses(() => whisper.computeBatchSync([samples], { threads: 0 }), RangeError, 'ERR_OUT_OF_RANGE');
  refuses(() => whisper.computeBatchSync([samples], { threads: '2' }), TypeError, 'ERR_INVALID_ARG_TYPE');
});

test('every option can be read and given back', () => {
  for (const preset of PRESETS) {
    const { config } = new MelExtractor(preset);
    assert.ok(Object.isFrozen(config));
    assert.deepEqual(new MelExtractor(config).config, config);
    assert.deepEqual(new MelExtractor({ preset }).config, config);
  }
  const config = new MelExtractor({ ditherSeed: 2n ** 64n - 1n, topDb: null, nMels: undefined }).config;
  assert.deepEqual([config.ditherSeed, config.topDb, config.nMels], [2n ** 64n - 1n, null, 80]);
});

test('options of a wrong type, name or value are refused', () => {
  const make = (options) => () => new MelExtractor(options);
  refuses(make({ hopLength: 0 }), RangeError, 'config', /^hopLength must be at least 1, got 0$/);
  refuses(make({ nMels: 1.5 }), RangeError, 'config', /^nMels must be .*, got 1\.5$/);
  refuses(make({ fMin: NaN }), RangeError, 'config', /^fMin must be .*, got NaN$/);
  refuses(make({ window: 'bartlett' }), RangeError, 'config', /^window must be one of hann, .*, got bartlett$/);
  refuses(make({ nMels: -1 }), RangeError, 'config', /^nMels must be .*, got -1$/);
  refuses(make({ ditherSeed: 2n ** 64n }), RangeError, 'config', /^ditherSeed must be .*, got 18446744073709551616$/);
  refuses(make({ nMels: '80' }), TypeError, 'config', /^nMels must be an integer .*, got "80"$/);
  refuses(make({ center: 1 }), TypeError, 'config', /^center must be true or false, got 1$/);
  refuses(make({ window: Symbol('hann') }), TypeError, 'config', /^window must be .*, got a value of type symbol$/);
  refuses(make({ nMels: null }), TypeError, 'config', /^nMels must be .*, got null$/);
  refuses(make({ winLength: {} }), TypeError, 'config', /^winLength must be .*, or null, got a value of type object$/);
  refuses(make({ fMin: 9000 }), RangeError, 'config', /^fMin must be less than fMax, 8000, got 9000$/);
  refuses(make({ log: 'none', topDb: 8 }), RangeError, 'config', /^topDb must be null where log is none, got 8$/);
  refuses(make({ deltaOrder: 2 }), RangeError, 'config', /^deltaOrder must be 1 where deltaWinLength is null, got 2$/);
  refuses(make({ preset: 3 }), TypeError, 'config', /^preset must be .*, got 3$/);
  refuses(make({ preset: 'wisper' }), TypeError, 'unknown_name', /^unknown preset "wisper"; did you mean "whisper"\?$/);
  refuses(make('wisper'), TypeError, 'unknown_name');
  refuses(make({ nMel: 80 }), TypeError, 'unknown_name', /^unknown option "nMel"; did you mean "nMels"\?$/);
  refuses(make({ n_mels: 80 }), TypeError, 'unknown_name');
  for (const wrong of [null, 5, [], new Float32Array(1), () => 1]) {
    refuses(make(wrong), TypeError, 'ERR_INVALID_ARG_TYPE', /^The "options" argument /);
  }
  const failing = { get nMels() { throw new Error('mine'); } };
  assert.throws(make(failing), /mine/);
});

test('errors have their parts as properties', () => {
  const has = (run, parts) => {
    assert.throws(run, (error) => {
      const found = Object.fromEntries(Object.keys(parts).map((name) => [name, error[name]]));
      assert.deepEqual(found, parts);
      if (parts.kind !== 'argument') assert.equal(error.code, `ERR_MOJO_AUDIO_${parts.kind.toUpperCase()}`);
      return true;
    });
  };
  const stream = new MelExtractor(LIVE).stream();
  stream.push(samples);
  stream.finish();
  has(() => new MelExtractor({ hopLength: 0 }), { kind: 'config', number: 1, field: 'hopLength', value: '0', expected: 'at least 1', known: undefined });
  has(() => new MelExtractor({ melScale: 'htc' }), { kind: 'config', number: 1, field: 'melScale', known: ['slaney', 'htk', 'kaldi'], closest: 'htk' });
  has(() => new MelExtractor({ nMel: 1 }), { kind: 'unknown_name', number: 2, what: 'option', value: 'nMel', closest: 'nMels' });
  has(() => new MelExtractor('wisper'), { kind: 'unknown_name', number: 2, what: 'preset', known: [...PRESETS], closest: 'whisper' });
  has(() => whisper.computeSync(new Float32Array(0)), { kind: 'empty_input', number: 3 });
  has(() => whisper.computeSync(Float32Array.of(0, NaN)), { kind: 'sample', number: 4, index: 1, value: NaN, clip: undefined });
  has(() => whisper.computeBatchSync([samples, Float32Array.of(0, NaN)]), { kind: 'sample', number: 4, index: 1, clip: 1 });
  has(() => whisper.computeInto(samples, new Float32Array(7)), { kind: 'buffer_size', number: 5, field: 'out', expected: 4000, actual: 7 });
  has(() => new MelExtractor({ padTo: 2 ** 48 }).computeSync(samples), { kind: 'allocation', number: 6 });
  has(() => stream.push(samples), { kind: 'finished', number: 7 });
  has(() => whisper.computeBatchSync([samples], { threads: 0 }), { code: 'ERR_OUT_OF_RANGE', kind: 'argument', number: 8, field: 'threads' });
  has(() => whisper.computeSync([1]), { code: 'ERR_INVALID_ARG_TYPE', kind: 'argument', number: 8, field: 'samples' });
});

test("the caller's own tables are used, and their lengths checked", () => {
  const { config } = whisper;
  const hann = Float64Array.from({ length: 400 }, (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * at) / 400));
  const wanted = whisper.computeSync(samples).data;
  for (const window of [hann, Float32Array.from(hann), Array.from(hann)]) {
    const mel = new MelExtractor(config, { window }).computeSync(samples).data;
    assert.ok(mel.every((value, at) => Math.abs(value - wanted[at]) < 1e-4));
  }
  const filterbank = new Float32Array(2 * 201);
  filterbank[5] = 1;
  const mel = new MelExtractor({ nMels: 2 }, { filterbank }).computeSync(samples);
  assert.deepEqual(mel.shape, [2, 50]);
  assert.equal(new Set(mel.data.subarray(50)).size, 1, 'the second filter is empty');
  assert.ok(new Set(mel.data.subarray(0, 50)).size > 40);
  refuses(() => new MelExtractor({}, { window: new Float32Array(3) }), RangeError, 'buffer_size', /^window must have 400 values, got 3$/);
  refuses(() => new MelExtractor({}, { filterbank: [1] }), RangeError, 'buffer_size', /^filterbank must have 16080 values, got 1$/);
  refuses(() => new MelExtractor({}, { window: 'hann' }), TypeError, 'ERR_INVALID_ARG_TYPE');
});

test('rows have means and factors, with the bits of the plain result changed by hand', () => {
  const config = { preset: 'kaldi-fbank', nMels: 3, stack: 2, layout: 'frame_major' };
  const plain = new MelExtractor(config).computeSync(samples);
  const rowMean = [1.5, -2, 0, 100, 0.25, 3];
  const rowScale = Float64Array.of(0.5, -1, 3, 1e-3, 0, 7.25);
  for (const tables of [{ rowMean, rowScale }, { rowMean }, { rowScale }]) {
    const by = Float32Array.from(tables.rowScale ?? [1, 1, 1, 1, 1, 1]);
    const wanted = plain.data.map((value, at) => Math.fround(value - (tables.rowMean?.[at % 6] ?? 0)) * by[at % 6]);
    assert.ok(wanted.length > 100);
    const own = new MelExtractor(config, tables);
    assert.deepEqual(own.computeSync(samples).data, wanted);
    const stream = own.stream();
    const live = [stream.push(samples.subarray(0, 3001)), stream.push(samples.subarray(3001)), stream.finish()];
    assert.deepEqual(live.flatMap(({ data }) => Array.from(data)), Array.from(wanted));
  }
  refuses(() => new MelExtractor(config, { rowMean: [1, 2, 3] }), RangeError, 'buffer_size', /^rowMean must have 6 values, got 3$/);
  refuses(
    () => new MelExtractor(config, { rowScale: [0, 0, 0, 0, -2e18, 0] }),
    RangeError,
    'config',
    /^rowScale must be at most 1e18 in magnitude, got -2e18 at 4$/,
  );
  refuses(() => new MelExtractor(config, { rowMean: 'mean' }), TypeError, 'ERR_INVALID_ARG_TYPE');
});

test('valid frames are those that are not padding', () => {
  const padded = new MelExtractor({ padTo: 480000 });
  assert.deepEqual([padded.validFrames(16001), padded.frameCount(16001)], [101, 3000]);
  const parakeet = new MelExtractor('parakeet');
  assert.deepEqual([parakeet.validFrames(16000), parakeet.frameCount(16000), parakeet.validFrames(0)], [100, 101, 0]);
  refuses(() => padded.validFrames(1.5), RangeError, 'ERR_OUT_OF_RANGE');
});

test('the weights of the filters are told', () => {
  const config = { nMels: 2, nFft: 8, sampleRate: 8000, melScale: 'htk', melNorm: 'none' };
  const weights = new MelExtractor(config).filterbank();
  assert.equal(weights.length, 10);
  const most = 2595 * Math.log10(1 + 4000 / 700);
  const corner = (at) => 700 * (10 ** ((most * at) / 3 / 2595) - 1);
  weights.forEach((weight, at) => {
    const [low, middle, high] = [0, 1, 2].map((next) => corner(Math.floor(at / 5) + next));
    const hz = (at % 5) * 1000;
    const wanted = Math.max(0, Math.min((hz - low) / (middle - low), (high - hz) / (high - middle)));
    assert.ok(Math.abs(weight - wanted) < 1e-6, `${at}: ${weight}, not ${wanted}`);
  });
  const filterbank = Float32Array.of(0, 1.5, -2, 0, 1e-30, 7, 0, 0, 0.25, 3);
  assert.deepEqual(new MelExtractor(config, { filterbank }).filterbank(), filterbank);
});

test('what is no number of samples is refused', () => {
  assert.equal(whisper.frameCount(0), 0);
  assert.equal(whisper.frameCount(480000), 3000);
  refuses(() => whisper.frameCount(-1), RangeError, 'ERR_OUT_OF_RANGE');
  refuses(() => whisper.frameCount(1.5), RangeError, 'ERR_OUT_OF_RANGE');
  refuses(() => whisper.frameCount('1'), TypeError, 'ERR_INVALID_ARG_TYPE');
});

test('what stays on its thread is not cloned in silence', () => {
  for (const object of [whisper, new MelExtractor(LIVE).stream()]) {
    assert.throws(() => structuredClone(object), { name: 'DataCloneError', message: /StaysOnItsThread/ });
  }
});

test('numbers keep all of their bits on the way to the engine', () => {
  for (const value of [0.1, 1 / 3, 5e-324, -0, 2 ** -1022, 8000.000000000001]) {
    assert.equal(new MelExtractor({ offset: value }).config.offset, value + 0);
  }
});

test('a NUL within a word does not begin another', () => {
  refuses(() => new MelExtractor({ window: 'hann\0nMels\x005' }), RangeError, 'config', /^window must be .*, got hann\ufffdnMels/);
  refuses(() => new MelExtractor('whisper\0nMels\x005'), TypeError, 'unknown_name');
});

test('a result that memory has no room for is refused', async () => {
  const huge = new MelExtractor({ preset: 'librosa', nFrames: 2 ** 32 - 1 });
  refuses(() => huge.computeSync(samples), RangeError, 'allocation', /^could not allocate \d+ bytes of memory$/);
  await assert.rejects(huge.compute(samples), { name: 'RangeError', code: 'ERR_MOJO_AUDIO_ALLOCATION' });
});

test('filters that no bin falls into are named', () => {
  assert.deepEqual(whisper.emptyFilters, []);
  assert.ok(new MelExtractor({ nFft: 64, nMels: 80 }).emptyFilters.length > 10);
});
