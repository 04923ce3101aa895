// Audio files: read as samples, and straight to spectrograms.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { MelExtractor, computeFiles, load } from 'mojo-audio';
import { CHECKOUT, assertBits, assertSameMel, collect } from './support.mjs';

const SPEECH = join(CHECKOUT, 'examples', 'data', 'speech.wav');
const wav = readFileSync(SPEECH);
const speech = new Int16Array(wav.buffer.slice(wav.byteOffset + 44, wav.byteOffset + wav.length));

const folder = mkdtempSync(join(tmpdir(), 'mojo-audio-'));
after(() => rmSync(folder, { recursive: true }));

/** A WAV file of the samples of one or two channels. */
function write(name, sampleRate, channels, samples, sizes = {}) {
  const header = Buffer.from(wav.subarray(0, 44));
  header.writeUInt32LE(sizes.riff ?? 36 + samples.byteLength, 4);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * channels * 2, 28);
  header.writeUInt16LE(channels * 2, 32);
  header.writeUInt32LE(sizes.data ?? samples.byteLength, 40);
  writeFileSync(join(folder, name), Buffer.concat([header, Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)]));
  return join(folder, name);
}

test('a path, a URL and bytes', async () => {
  for (const file of [SPEECH, pathToFileURL(SPEECH), wav, new Uint8Array(wav)]) {
    const { samples, ...others } = await load(file);
    assert.ok(samples instanceof Int16Array);
    assert.deepEqual(samples, speech);
    assert.deepEqual(others, {
      sampleRate: 16000,
      format: 'wave/pcm_s16le',
      original: { sampleRate: 16000, channels: 1 },
      warnings: [],
    });
  }
});

test('channels are mixed to their mean', async () => {
  const both = new Int16Array(2 * 4000).map((_, at) => (at % 2 === 0 ? at : -3 * at));
  const { samples, original } = await load(write('stereo.wav', 16000, 2, both));
  assert.equal(original.channels, 2);
  const mean = Float32Array.from({ length: 4000 }, (_, at) => (both[2 * at] + both[2 * at + 1]) / 2 / 32768);
  assert.deepEqual(samples, mean);
});

test('another rate is resampled', async () => {
  const tone = (rate) => Int16Array.from({ length: rate }, (_, at) => 10000 * Math.sin((2 * Math.PI * 440 * at) / rate));
  const { samples, sampleRate, original } = await load(write('tone.wav', 44100, 1, tone(44100)), { sampleRate: 8000 });
  assert.deepEqual([sampleRate, original.sampleRate, samples.length], [8000, 44100, 8000]);
  const wanted = tone(8000);
  for (let at = 1000; at < 7000; at += 1) assert.ok(Math.abs(samples[at] * 32768 - wanted[at]) < 40, `sample ${at}`);
});

const truncated = write('truncated.wav', 16000, 1, speech.subarray(0, 1000), { data: 4000 });

test('a file that is not whole, or none, is an error that names it', async () => {
  const refuses = (file, reason, message) =>
    assert.rejects(load(file), (error) => {
      assert.deepEqual([error.code, error.kind, error.number, error.reason], ['ERR_MOJO_AUDIO_FILE', 'file', 12, reason]);
      assert.match(error.message, message);
      return true;
    });
  await refuses(truncated, 'truncated', /truncated\.wav: the file ends after 0\.06 s/);
  await refuses(join(folder, 'absent.wav'), 'io', /absent\.wav: No such file/);
  await refuses(Buffer.from('no audio at all'), 'not_audio', /^the file's bytes: not an audio file/);
  await refuses(write('empty.wav', 16000, 1, new Int16Array(0)), 'empty_input', /the file has no samples/);
  await assert.rejects(load(5), { code: 'ERR_INVALID_ARG_TYPE' });
  await assert.rejects(load(SPEECH, { sampleRate: 0 }), { code: 'ERR_OUT_OF_RANGE' });
});

test('what its owner should know is a warning', async () => {
  const open = write('open.wav', 16000, 1, speech, { riff: 0, data: 0 });
  const warned = new Promise((resolve) => process.once('warning', resolve));
  const { samples, warnings } = await load(open);
  assert.deepEqual(samples, speech);
  assert.equal(warnings.length, 1);
  const { code, message } = await warned;
  assert.equal(code, 'MOJO_AUDIO_FILE');
  assert.ok(message.includes(open) && message.includes(warnings[0]), message);
});

test('many files: in their order, with the bits of their samples, whatever some are', async () => {
  const extractor = new MelExtractor({ preset: 'whisper', nMels: 128 });
  const files = [SPEECH, truncated, wav];
  for (let place = 0; place < 20; place += 1) files.push(write(`${place}.wav`, 16000, 1, speech.subarray(0, 1600 * (20 - place))));
  for (const threads of [1, 3, undefined]) {
    const results = await collect(computeFiles(files, extractor, { threads }));
    assert.deepEqual(results.map(({ file }) => file), files);
    for (const { file, mel, error, warnings } of results) {
      assert.deepEqual(warnings, []);
      assert.equal(error?.reason, file === truncated ? 'truncated' : undefined);
      if (error === undefined) assertSameMel(mel, extractor.computeSync((await load(file)).samples));
    }
  }
});

test('files have the rate of the options', async () => {
  const file = write('fast.wav', 48000, 1, new Int16Array(48000).fill(3));
  const [{ mel }] = await collect(computeFiles([file], 'hifigan'));
  const { samples } = await load(file, { sampleRate: 22050 });
  assertBits(mel.data, new MelExtractor('hifigan').computeSync(samples).data);
});

test('a signal ends it, and so does leaving the loop', async () => {
  await assert.rejects(load(SPEECH, { signal: AbortSignal.abort() }), { name: 'AbortError' });
  const controller = new AbortController();
  const seen = [];
  await assert.rejects(async () => {
    for await (const { file } of computeFiles(Array(50).fill(SPEECH), 'whisper', { threads: 2, signal: controller.signal })) {
      seen.push(file);
      if (seen.length === 3) controller.abort();
    }
  }, { name: 'AbortError' });
  assert.equal(seen.length, 3);
  for await (const { mel } of computeFiles(Array(50).fill(SPEECH))) {
    assert.equal(mel.nMels, 80);
    break;
  }
  await assert.rejects(collect(computeFiles(SPEECH)), { code: 'ERR_INVALID_ARG_TYPE' });
  await assert.rejects(collect(computeFiles([7])), { code: 'ERR_INVALID_ARG_TYPE', message: /files\[0\]/ });
});
