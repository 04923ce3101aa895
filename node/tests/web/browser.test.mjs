// The package in Debian's headless Chromium and Firefox: the conformance cases, errors, and applications that bundlers
// make of the packed tarball. Only Chromium can be tested with a microphone: without a sound card, Firefox does not
// start an AudioContext.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';
import { build } from 'vite';
import webpack from 'webpack';
import * as web from '../../web.mjs';
import { itemsOf, refusal, spectrograms } from '../cases.mjs';
import { CASES, CHECKOUT, options, read } from '../support.mjs';
import { close, everywhere, launch, running, serve } from './browser.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const PACKAGE = join(HERE, '..', '..');
const SPEECH = join(CHECKOUT, 'examples', 'data', 'speech.wav');
const TARBALLS = process.env.MOJO_AUDIO_TARBALLS;
assert.ok(TARBALLS, '`cargo xtask test web` makes the tarballs and says where they are');

const folder = mkdtempSync(join(tmpdir(), 'mojo-audio-web-'));
let server;

before(async () => {
  web.initSync(readFileSync(join(PACKAGE, 'mojo_audio.wasm')));
  server = await serve({ package: PACKAGE, conformance: join(CHECKOUT, 'conformance'), tests: HERE, built: folder });
  await launch({ microphone: SPEECH });
  for (const { page } of Object.values(running)) await page.goto(server.address);
});

after(async () => {
  await close();
  server?.close();
  rmSync(folder, { recursive: true });
});

everywhere('the conformance cases, with the bits and the refusals of WebAssembly in Node', async ({ page }) => {
  const results = await page.evaluate(async () => (await import('/tests/page.mjs')).conformance());
  const cases = CASES.filter(({ kind }) => kind !== 'statistic');
  assert.equal(Object.keys(results).length, cases.length);
  const counts = {};
  for (const testCase of cases) {
    const { kind, name } = testCase;
    counts[kind] = (counts[kind] ?? 0) + 1;
    const signals = itemsOf(testCase).map(({ input }) => input && read(input));
    if (kind === 'refusal') {
      const wanted = refusal(testCase, options(testCase), web, signals[0]);
      assert.notEqual(wanted, null, name);
      assert.equal(results[name].refusal, wanted, name);
      continue;
    }
    assert.equal(results[name].fault ?? undefined, undefined, name);
    const wanted = spectrograms(testCase, options(testCase), web, signals);
    const bits = wanted.map(({ data }) => createHash('sha256').update(data).digest('hex'));
    assert.equal(results[name].bits, bits.join(), name);
  }
  assert.ok(counts.single > 500 && counts.int16 > 10 && counts.batch > 5 && counts.refusal > 100, JSON.stringify(counts));
});

everywhere('before init, and where the module is not what it should be, the error says what to do', async ({ page }) => {
  const messages = await page.evaluate(async () => {
    const api = await import('/package/web.mjs?fresh');
    const { checkSupport } = await import('/package/lib/wasm.mjs');
    const said = [];
    for (const attempt of [
      () => api.init('/'),
      () => api.init('/package/absent.wasm'),
      () => {
        const { validate } = WebAssembly;
        WebAssembly.validate = () => false;
        try {
          checkSupport();
        } finally {
          WebAssembly.validate = validate;
        }
      },
    ]) {
      try {
        await attempt();
        said.push(null);
      } catch ({ code, message }) {
        said.push([code, message]);
      }
    }
    return said;
  });
  const wanted = [/is not its WebAssembly module/, /answers 404/, /needs WebAssembly with SIMD/];
  messages.forEach(([code, message], at) => {
    assert.equal(code, 'ERR_MOJO_AUDIO_ENGINE');
    assert.match(message, wanted[at]);
  });
});

const LIVE = { preset: 'whisper', reference: 'fixed', referenceValue: 1.5 };

everywhere('a worklet computes the bits of the whole signal, in either layout', async ({ page }) => {
  const run = (...parameters) =>
    page.evaluate(async (parameters) => (await import('/tests/worklet.mjs')).rendered(...parameters), parameters);
  for (const options of [LIVE, { ...LIVE, layout: 'frame_major' }, { preset: 'kaldi-fbank' }, { preset: 'hifigan', sampleRate: 16000, fMax: null, hopLength: 20 }]) {
    const { sizes, nFrames, isSame } = await run(options);
    assert.ok(isSame, JSON.stringify([options, sizes, nFrames]));
    assert.ok(sizes.slice(0, -1).every((size) => size >= 10), `batches of ${sizes}`);
  }
  for (const rate of [44100, 48000]) {
    const { nFrames, isSame } = await run(LIVE, {}, rate);
    assert.ok(isSame && nFrames < 182, `${rate} Hz, ${nFrames} frames`);
  }
  const { sizes } = await run(LIVE, { framesPerBatch: 100 });
  assert.ok(sizes.length <= 6, `batches of ${sizes}`);
});

everywhere('a worklet says what is wrong', async ({ page }) => {
  const [sample, whole, rate, context, closed] = await page.evaluate(
    async (options) => (await import('/tests/worklet.mjs')).failures(options), LIVE);
  assert.deepEqual([sample.name, sample.code, sample.kind, sample.index], ['RangeError', 'ERR_MOJO_AUDIO_SAMPLE', 'sample', 10007]);
  assert.deepEqual([whole.code, whole.field], ['ERR_MOJO_AUDIO_CONFIG', 'reference']);
  assert.match(rate.message, /options\.inputRate.* the context's sampleRate, 44100\. Received 48000/);
  assert.equal(context.code, 'ERR_INVALID_ARG_TYPE');
  assert.match(closed.message, /closed before `finish`/);
});

/** How much two lists of values go together, from −1 to 1. */
function correlation(...lists) {
  const [one, other] = lists.map((values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => value - mean);
  });
  const product = (a, b) => a.reduce((sum, value, at) => sum + value * b[at], 0);
  return product(one, other) / Math.sqrt(product(one, one) * product(other, other));
}

test('Chromium: the microphone has the features of the file that it plays', async () => {
  const { page } = running.Chromium;
  const options = { ...LIVE, layout: 'frame_major' };
  const { nFrames, values } = await page.evaluate(
    async (options) => (await import('/tests/worklet.mjs')).microphone(options), options);
  assert.ok(nFrames > 200 && nFrames < 400, `${nFrames} frames`);
  const wav = readFileSync(SPEECH);
  const once = new Int16Array(wav.buffer.slice(wav.byteOffset + 44, wav.byteOffset + wav.length));
  // It begins anywhere, and goes on from the start.
  const twice = new Int16Array([...once, ...once]);
  const extractor = new web.MelExtractor(options);
  const { nMels } = extractor;
  const heard = values.slice(50 * nMels, 150 * nMels);
  const alike = (offset) => {
    const data = extractor.computeSync(twice.subarray(offset, offset + 160 * (heard.length / nMels + 2))).data;
    return correlation(heard, Array.from(data.subarray(0, heard.length)));
  };
  const best = (found) => found.reduce((one, other) => (other.alike > one.alike ? other : one));
  const compared = (offsets) => offsets.map((offset) => ({ offset, alike: alike(offset) }));
  const frames = compared(Array.from({ length: Math.floor(once.length / 160) }, (_, frame) => frame * 160));
  const near = best(frames);
  // Between two frames, too.
  const between = [-80, -40, 40, 80].map((offset) => Math.max(0, near.offset + offset));
  const found = best([near, ...compared(between)]);
  assert.ok(found.alike > 0.98, `a correlation of ${found.alike}`);
  const away = best(frames.filter(({ offset }) => Math.abs(offset - near.offset) > 1600));
  assert.ok(away.alike < 0.8, `a correlation of ${away.alike} elsewhere`);
});

/** The resident memory of the processes that run Chromium's pages, in MB. */
function pagesMemory() {
  const all = new Map();
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const text = (file) => readFileSync(`/proc/${id}/${file}`, 'utf8');
      const number = (name) => Number(RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text('status'))[1]);
      all.set(Number(id), { parent: number('PPid'), line: text('cmdline'), resident: number('VmRSS') });
    } catch {
      // It ended, or is a thread of the kernel.
    }
  }
  const isOurs = (id) => id === process.pid || (all.has(id) && isOurs(all.get(id).parent));
  const pages = [...all].filter(([id, { line }]) => line.includes('--type=renderer') && isOurs(id));
  assert.ok(pages.length > 0);
  return pages.reduce((sum, [, { resident }]) => sum + resident, 0) / 1024;
}

test('Chromium: a worklet keeps its memory over nine minutes', async () => {
  const { page } = running.Chromium;
  const session = await page.context().newCDPSession(page);
  const measured = [];
  await page.exposeFunction('measureMemory', async () => {
    await session.send('HeapProfiler.collectGarbage');
    measured.push(pagesMemory());
  });
  const grown = async (isOurs) => {
    const nFrames = await page.evaluate(
      async ([options, isOurs]) => (await import('/tests/worklet.mjs')).longRender(options, isOurs, globalThis.measureMemory),
      [LIVE, isOurs]);
    // The last may still be on their way.
    assert.ok(nFrames >= 60000, `${nFrames} frames`);
    const [before, after] = measured.splice(0);
    return after - before;
  };
  // The context keeps what it renders, and the browser something of each message. Ours would keep 33 MB of samples or 17
  // MB of frames.
  const [trivial, ours] = [await grown(false), await grown(true)];
  assert.ok(ours - trivial < 10, `${ours.toFixed(1)} MB more, and ${trivial.toFixed(1)} MB with a trivial worklet`);
});

everywhere('a worker computes the bits that the page does, of every kind of signal', async ({ page }) => {
  for (const options of ['whisper', { preset: 'kaldi-fbank', layout: 'frame_major' }]) {
    const ways = await page.evaluate(async (options) => (await import('/tests/worker.mjs')).ways(options), options);
    assert.ok(Object.keys(ways).length === 7 && Object.values(ways).every(Boolean), JSON.stringify([options, ways]));
  }
});

everywhere('a worker says what is wrong, and stops when it is told', async ({ page }) => {
  const said = await page.evaluate(async () => (await import('/tests/worker.mjs')).failures());
  const { option, sample, type, empty, rate, script, aborted, before, closed, after } = said;
  assert.deepEqual([option.name, option.code, option.field], ['RangeError', 'ERR_MOJO_AUDIO_CONFIG', 'hopLength']);
  assert.deepEqual([sample.name, sample.code, sample.kind, sample.index], ['RangeError', 'ERR_MOJO_AUDIO_SAMPLE', 'sample', 10007]);
  assert.deepEqual([type.name, type.code], ['TypeError', 'ERR_INVALID_ARG_TYPE']);
  assert.equal(empty.code, 'ERR_MOJO_AUDIO_EMPTY_INPUT');
  assert.match(rate.message, /options\.inputRate.* the AudioBuffer's sampleRate, 44100\. Received 48000/);
  assert.match(script.message, /^mojo-audio: the worker stopped: /);
  assert.deepEqual(aborted, ['fulfilled', 'enough', 'fulfilled']);
  assert.equal(before.message, 'enough');
  for (const { code, message } of [closed, after]) {
    assert.deepEqual([code, message], ['ERR_MOJO_AUDIO_ENGINE', 'mojo-audio: the worker was closed']);
  }
});

everywhere('the page goes on while a worker computes an hour', async ({ page }) => {
  const { nFrames, turns } = await page.evaluate(async () => (await import('/tests/worker.mjs')).turns());
  assert.equal(nFrames, 360000);
  // It takes 200 ms or more, on this thread without a turn.
  assert.ok(turns > 10, `${turns} turns`);
});

const PROGRAM = `
  import { init, melSpectrogramSync } from 'mojo-audio';
  import { createMelWorker } from 'mojo-audio/worker';
  import { createMelWorklet } from 'mojo-audio/worklet';
  init().then(async () => {
    const samples = Float32Array.from({ length: 16000 }, (_, at) => Math.sin(at * at * 1e-6));
    const { shape, data } = melSpectrogramSync(samples, 'whisper');
    const context = new OfflineAudioContext(1, 3200, 16000);
    const { readable } = await createMelWorklet(context, { reference: 'none' });
    const [{ value }] = await Promise.all([readable.getReader().read(), context.startRendering()]);
    const far = await createMelWorker('whisper').compute(samples);
    document.title = shape.join() + ' ' + data[4000] + ' ' + value.shape.join() + ' ' + far.data[4000];
  }).catch(({ message }) => { document.title = message; });
`;

/** Whisper's configuration, and the drop-in's result. */
const COMPAT = `
  import { WhisperFeatureExtractor } from 'mojo-audio/compat';
  const config = { feature_size: 80, sampling_rate: 16000, n_fft: 400, hop_length: 160, n_samples: 480000, nb_max_frames: 3000 };
  export async function computed(samples) {
    const { input_features: { dims, data } } = await new WhisperFeatureExtractor(config)(Float32Array.from(samples));
    return { dims, values: Array.from(data) };
  }
`;

/** An empty project with the packed tarball and a program. */
function project(name) {
  const root = join(folder, name);
  const installed = join(root, 'node_modules', 'mojo-audio');
  mkdirSync(installed, { recursive: true });
  const [tarball] = readdirSync(TARBALLS).filter((file) => /^mojo-audio-\d/.test(file));
  execFileSync('tar', ['-xzf', join(TARBALLS, tarball), '--strip-components=1', '-C', installed]);
  writeFileSync(join(root, 'package.json'), '{"name": "empty", "private": true, "type": "module"}');
  writeFileSync(join(root, 'main.js'), PROGRAM);
  return root;
}

/** Runs an application in every browser. */
async function check(path) {
  const samples = Float32Array.from({ length: 16000 }, (_, at) => Math.sin(at * at * 1e-6));
  const value = new web.MelExtractor('whisper').computeSync(samples).data[4000];
  for (const [name, { page }] of Object.entries(running)) {
    await page.goto(`${server.address}/built/${path}`);
    await page.waitForFunction(() => document.title !== '');
    assert.equal(await page.title(), `80,100 ${value} 80,10 ${value}`, name);
  }
}

test('an application made by Vite', async () => {
  const root = project('vite');
  writeFileSync(join(root, 'index.html'), '<!doctype html><script type="module" src="./main.js"></script>');
  await build({ root, base: './', logLevel: 'error' });
  await check('vite/dist/index.html');
});

test('an application made by webpack', async () => {
  const root = project('webpack');
  const output = { path: join(root, 'dist') };
  // It advises to load less than 244 KiB.
  const compiler = webpack({ context: root, entry: './main.js', mode: 'production', output, performance: false });
  const stats = await new Promise((resolve, reject) =>
    compiler.run((error, done) => (error ? reject(error) : resolve(done))),
  );
  assert.ok(!stats.hasErrors() && !stats.hasWarnings(), stats.toString());
  writeFileSync(join(root, 'dist', 'index.html'), '<!doctype html><script src="./main.js"></script>');
  await check('webpack/dist/index.html');
});

everywhere('the drop-in for transformers.js loads no ONNX Runtime', async ({ page }, name) => {
  const line = CASES.find((testCase) => testCase.name === 'whisper-speech-8000');
  const root = join(folder, `compat-${name}`);
  await bundle({
    stdin: { contents: COMPAT, resolveDir: PACKAGE },
    outfile: join(root, 'page.js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['browser'],
    logLevel: 'error',
  });
  cpSync(join(PACKAGE, 'mojo_audio.wasm'), join(root, 'mojo_audio.wasm'));
  await page.goto(server.address);
  const requested = [];
  const listener = (request) => requested.push(request.url());
  page.on('request', listener);
  const samples = Array.from(read(line.input));
  const { dims, values } = await page.evaluate(
    async ([address, samples]) => (await import(address)).computed(samples), [`/built/compat-${name}/page.js`, samples]);
  const files = requested.map((address) => address.replace(/.*\//, ''));
  assert.deepEqual(files.filter((file) => file !== 'favicon.ico'), ['page.js', 'mojo_audio.wasm']);
  assert.deepEqual(dims, [1, line.n_mels, 3000]);
  // Behind these frames is the reference's reflection, and the padding of this.
  const nFrames = line.n_frames - 3;
  const expected = read(line.expected);
  for (let at = 0; at < expected.length; at += 1) {
    const [row, frame] = [Math.floor(at / line.n_frames), at % line.n_frames];
    if (frame >= nFrames) continue;
    const difference = Math.abs(values[row * 3000 + frame] - expected[at]);
    assert.ok(difference <= line.bound.atol, `band ${row}, frame ${frame}: ${difference} from the reference`);
  }
});

everywhere('chunks through a TransformStream, in the page', async ({ page }) => {
  const frames = await page.goto(server.address).then(() =>
    page.evaluate(async () => {
      const { createMelTransformStream, init } = await import('/package/inline.mjs');
      await init();
      let count = 0;
      await new ReadableStream({
        start(controller) {
          for (let at = 0; at < 100; at += 1) controller.enqueue(new Uint8Array(321));
          controller.enqueue(new Uint8Array(100));
          controller.close();
        },
      })
        .pipeThrough(createMelTransformStream({ reference: 'none' }, { format: 's16le' }))
        .pipeTo(new WritableStream({ write: ({ nFrames }) => void (count += nFrames) }));
      return count;
    }),
  );
  assert.equal(frames, Math.floor(32200 / 2 / 160));
});
