// Live signals: streams, iterators and transforms.

import assert from 'node:assert/strict';
import { PassThrough, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { MelExtractor, MelStream, createMelTransform } from 'mojo-audio';
import { LIVE, assertSameMel, chunks, collect, concatenate, signal } from './support.mjs';

const samples = signal(16000);
const extractor = new MelExtractor(LIVE);
const whole = extractor.computeSync(samples);
const bytes = (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);

test('pushes, then finish, give the whole', () => {
  for (const stream of [extractor.stream(), new MelStream(extractor), new MelStream(LIVE)]) {
    assert.equal(stream.nMels, 80);
    const mels = [];
    for (const chunk of chunks(samples, 333)) {
      const certain = stream.framesAfter(chunk.length);
      mels.push(stream.push(chunk));
      assert.equal(mels.at(-1).nFrames, certain);
    }
    const last = stream.framesAtFinish();
    mels.push(stream.finish());
    assert.equal(mels.at(-1).nFrames, last);
    assertSameMel(concatenate(mels, 80), whole);
    assert.throws(() => stream.push(samples), { name: 'TypeError', kind: 'finished' });
    assert.throws(() => stream.finish(), { name: 'TypeError', kind: 'finished' });
    stream.reset();
    assertSameMel(concatenate([stream.push(samples), stream.finish()], 80), whole);
  }
});

test('a bad sample is named by its place in the stream, and nothing is taken', () => {
  const stream = extractor.stream();
  const first = stream.push(samples.subarray(0, 8000));
  const bad = Float32Array.of(0, 0, Infinity);
  assert.throws(() => stream.push(bad), { name: 'RangeError', kind: 'sample', index: 8002 });
  assert.throws(() => stream.push([1]), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
  const rest = [stream.push(samples.subarray(8000)), stream.finish()];
  assertSameMel(concatenate([first, ...rest], 80), whole);
  assert.throws(() => extractor.stream().finish(), { name: 'RangeError', kind: 'empty_input' });
});

test('a stream that needs the whole input is refused', () => {
  for (const open of [() => new MelStream(), () => createMelTransform('whisper')]) {
    assert.throws(open, { name: 'RangeError', kind: 'config', field: 'reference' });
  }
  assert.throws(() => new MelStream({ ...LIVE, normalize: 'mean' }), { field: 'normalize' });
});

test('any iterable of chunks, of samples or of bytes', async () => {
  const integers = Int16Array.from(samples, (value) => value * 32767);
  const cases = [
    [chunks(samples, 700), undefined, whole],
    [Readable.from(chunks(integers, 700)), undefined, extractor.computeSync(integers)],
    [Readable.from(chunks(bytes(samples), 701)), { format: 'f32le' }, whole],
    [chunks(new Uint8Array(bytes(integers)), 1), { format: 's16le' }, extractor.computeSync(integers)],
  ];
  for (const [source, settings, wanted] of cases) {
    const mels = await collect(extractor.stream().iterate(source, settings));
    assert.ok(mels.every(({ nFrames }) => nFrames > 0));
    assertSameMel(concatenate(mels, 80), wanted);
  }
});

test('a buffer of bytes can be used again for the next chunk', async () => {
  const audio = bytes(samples);
  function* reader() {
    const buffer = Buffer.alloc(1001);
    for (let at = 0; at < audio.length; at += 1001) {
      yield buffer.subarray(0, audio.copy(buffer, 0, at));
      buffer.fill(0);
    }
  }
  const mels = await collect(extractor.stream().iterate(reader(), { format: 'f32le' }));
  assertSameMel(concatenate(mels, 80), whole);
});

test('bytes are refused where they are not expected, or end within a sample', async () => {
  const iterate = (source, settings) => collect(extractor.stream().iterate(source, settings));
  await assert.rejects(iterate([Buffer.alloc(8)]), { code: 'ERR_INVALID_ARG_TYPE' });
  await assert.rejects(iterate([samples], { format: 's16le' }), { code: 'ERR_INVALID_ARG_TYPE' });
  await assert.rejects(iterate([Buffer.alloc(801)], { format: 's16le' }), { code: 'ERR_OUT_OF_RANGE' });
  await assert.rejects(iterate([], { format: 'mp3' }), /"format" is out of range\. It must be f32le or s16le\. Received "mp3"/);
  assert.throws(() => createMelTransform(LIVE, { format: 'toString' }), { code: 'ERR_OUT_OF_RANGE' });
});

test('leaving the loop ends the source', async () => {
  let isClosed = false;
  async function* microphone() {
    try {
      for (;;) yield samples.subarray(0, 1600);
    } finally {
      isClosed = true;
    }
  }
  for await (const mel of extractor.stream().iterate(microphone())) {
    if (mel.nFrames > 0) break;
  }
  assert.ok(isClosed);
});

test('a transform gives the frames of what is written', async () => {
  const integers = Int16Array.from(samples, (value) => value * 32767);
  const frameMajor = { ...LIVE, layout: 'frame_major' };
  const cases = [
    [Readable.from(chunks(samples, 500)), createMelTransform(LIVE), whole],
    [Readable.from(chunks(samples, 500)), createMelTransform(extractor, { highWaterMark: 1 }), whole],
    [
      Readable.from(chunks(bytes(integers), 77)),
      createMelTransform(frameMajor, { format: 's16le' }),
      new MelExtractor(frameMajor).computeSync(integers),
    ],
  ];
  for (const [source, transform, wanted] of cases) {
    let mels;
    await pipeline(source, transform, async (results) => {
      mels = await collect(results);
    });
    assert.ok(mels.every(({ nFrames }) => nFrames > 0));
    assertSameMel(concatenate(mels, 80, wanted.shape[1] === 80), wanted);
  }
});

test('frames come before the end of the audio', async () => {
  const microphone = new PassThrough();
  const frames = microphone.pipe(createMelTransform(LIVE, { format: 'f32le' }));
  microphone.write(bytes(samples));
  const [mel] = await new Promise((resolve) => frames.once('data', (...data) => resolve(data)));
  assert.ok(mel.nFrames > 90);
  microphone.end();
  for await (const last of frames) assert.ok(last.nFrames > 0);
});

test('a transform takes no more than is read', async () => {
  let taken = 0;
  const source = new Readable({
    objectMode: true,
    highWaterMark: 1,
    read() {
      taken += 1;
      this.push(taken <= 1000 ? samples.subarray(0, 1600) : null);
    },
  });
  const transform = createMelTransform(LIVE, { highWaterMark: 2 });
  source.pipe(transform);
  for (let n = 0; n < 200; n += 1) await turn();
  const atRest = taken;
  assert.ok(atRest >= 2 && atRest < 12, `${atRest} chunks were taken and none was read`);
  let read = 0;
  for await (const mel of transform) read += mel.nFrames;
  assert.equal(taken, 1001);
  assert.equal(read, 10000);
  // Bytes are counted as such, what is read as spectrograms.
  const live = createMelTransform(LIVE, { format: 'f32le', highWaterMark: 6400 });
  let written = 0;
  while (live.write(bytes(samples.subarray(0, 800)))) {
    written += 1;
    assert.ok(written < 50, 'it takes whatever is written');
    await turn();
  }
  assert.equal(live.writableLength, 6400);
  live.destroy();
});

test("a transform's errors are the stream's", async () => {
  const ignore = (_mel, _encoding, done) => done();
  const run = (source, ...settings) =>
    pipeline(source, createMelTransform(LIVE, ...settings), new Writable({ objectMode: true, write: ignore }));
  await assert.rejects(run([Float32Array.of(0, NaN)]), { kind: 'sample', index: 1 });
  await assert.rejects(run([[1, 2]]), { code: 'ERR_INVALID_ARG_TYPE' });
  await assert.rejects(run([]), { kind: 'empty_input' });
  await assert.rejects(run([Buffer.alloc(801)], { format: 's16le' }), { code: 'ERR_OUT_OF_RANGE' });
  const controller = new AbortController();
  const endless = new Readable({ objectMode: true, read() { setImmediate(() => this.push(samples.subarray(0, 160))); } });
  const running = run(endless, { signal: controller.signal });
  setTimeout(() => controller.abort(), 20);
  await assert.rejects(running, { name: 'AbortError' });
});
