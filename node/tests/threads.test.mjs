// Threads: libuv's pool, workers, and aborts of work in flight.

import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { MelExtractor, melSpectrogram } from 'mojo-audio';
import { assertSameMel, signal } from './support.mjs';

const samples = signal(16000);
const whisper = new MelExtractor();
// Much work of little memory.
const slow = new MelExtractor({ nFft: 4096, hopLength: 20, precision: 'double' });

test('JavaScript runs while a promise is pending', async () => {
  const order = [];
  // Half a second of work: longer than another program keeps this thread waiting.
  const computed = slow.compute(signal(16000 * 10)).then(() => order.push('computed'));
  await new Promise(setImmediate).then(() => order.push('turned'));
  await computed;
  assert.deepEqual(order, ['turned', 'computed']);
});

test('computations at the same time are as those alone', async () => {
  const clips = Array.from({ length: 40 }, (_, at) => signal(5000 + 501 * at, at));
  const mels = await Promise.all(clips.map((clip) => whisper.compute(clip)));
  mels.forEach((mel, at) => assertSameMel(mel, whisper.computeSync(clips[at])));
});

test('an abort rejects at once, and what waits is not begun', async () => {
  // The processor's time, which other programs do not add to.
  const cost = async (work) => {
    const start = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e3;
  };
  const one = await cost(() => slow.compute(samples));
  const controller = new AbortController();
  const { signal: abort } = controller;
  const running = Array.from({ length: 400 }, () => slow.compute(samples, { signal: abort }));
  running.push(slow.computeBatch([samples, samples], { signal: abort }));
  running.push(melSpectrogram(samples, undefined, { signal: abort }));
  // More would make Node warn of a leak.
  assert.equal(getEventListeners(abort, 'abort').length, 1);
  const settled = Promise.allSettled(running);
  const reason = new Error('the caller hung up');
  const rejected = await cost(async () => {
    controller.abort(reason);
    for (const { status, reason: why } of await settled) {
      assert.equal(status, 'rejected');
      assert.equal(why, reason);
    }
  });
  assert.equal(getEventListeners(abort, 'abort').length, 0);
  // The pool is free as soon as those that had begun are done.
  const free = await cost(() => whisper.compute(samples));
  assert.ok(rejected < 40 * one, `${rejected} ms of work to be rejected; one takes ${one} ms`);
  assert.ok(free < 40 * one, `${free} ms of work until the pool is free; one takes ${one} ms`);
});

test('an abort before and after', async () => {
  const before = AbortSignal.abort();
  await assert.rejects(whisper.compute(samples, { signal: before }), { name: 'AbortError' });
  await assert.rejects(whisper.computeBatch([samples], { signal: before }), { name: 'AbortError' });
  const controller = new AbortController();
  const mel = await whisper.compute(samples, { signal: controller.signal });
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  controller.abort();
  assertSameMel(mel, whisper.computeSync(samples));
  await assert.rejects(whisper.compute(Float32Array.of(NaN), { signal: new AbortController().signal }), {
    kind: 'sample',
  });
  await assert.rejects(whisper.compute(samples, { signal: 'stop' }), { code: 'ERR_INVALID_ARG_TYPE' });
});

const WORKER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { MelExtractor } = require('mojo-audio');
  const extractor = new MelExtractor(workerData.config);
  parentPort.on('message', async (samples) => {
    if (workerData.floods) {
      for (let n = 0; n < 50; n += 1) extractor.compute(samples);
      parentPort.postMessage('flooded');
      return;
    }
    const mel = extractor.computeSync(samples);
    const same = await extractor.compute(samples);
    parentPort.postMessage([mel, same], [mel.data.buffer, same.data.buffer]);
  });
`;

/** How long, in seconds: `cargo xtask harden concurrency` asks for a minute. */
const SECONDS = Number(process.env.MOJO_AUDIO_SECONDS ?? 0);

test('workers have the engine, and hand over their results', async (t) => {
  const { config } = new MelExtractor({ preset: 'kaldi-fbank', nMels: 40 });
  const wanted = new MelExtractor(config).computeSync(samples);
  const workers = Array.from({ length: 4 }, () => new Worker(WORKER, { eval: true, workerData: { config } }));
  const end = performance.now() + 1e3 * SECONDS;
  let compared = 0;
  for (let round = 0; round < 5 || performance.now() < end; round += 1) {
    const answers = workers.map((worker) => once(worker, 'message'));
    for (const worker of workers) worker.postMessage(samples);
    for (const [mels] of await Promise.all(answers)) {
      for (const mel of mels) assertSameMel(mel, wanted);
      compared += mels.length;
    }
  }
  t.diagnostic(`concurrency: ${workers.length} worker threads: ${compared} results`);
  await Promise.all(workers.map((worker) => worker.terminate()));
});

test('a worker can end while it computes', async () => {
  for (let round = 0; round < 5; round += 1) {
    const worker = new Worker(WORKER, { eval: true, workerData: { config: whisper.config, floods: true } });
    worker.postMessage(signal(16000 * 20));
    assert.deepEqual(await once(worker, 'message'), ['flooded']);
    await worker.terminate();
  }
  assertSameMel(await whisper.compute(samples), whisper.computeSync(samples));
});
