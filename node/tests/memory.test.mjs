// Memory stays as it is over 10,000 calls of each kind.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MelExtractor, melSpectrogramSync } from 'mojo-audio';
import { LIVE, collectGarbage, signal } from './support.mjs';

const CALLS = 10_000;
/** What the process may have grown by at the end; each kind of call would leak far more. */
const MOST = 24 * 2 ** 20;

const samples = signal(16000);
const bad = Float32Array.of(0, NaN);
const whisper = new MelExtractor();
const live = new MelExtractor(LIVE);

async function memory() {
  for (let n = 0; n < 5; n += 1) {
    collectGarbage();
    await new Promise(setImmediate);
  }
  return process.memoryUsage().rss;
}

/** `leak` is what a call would lose, in bytes, if it lost what it made. */
function isSteady(name, leak, call) {
  test(name, async () => {
    assert.ok(leak * CALLS > 2 * MOST, 'a leak would not be seen');
    const run = async (calls) => {
      for (let n = 0; n < calls; n += 1) {
        await call(n);
        if (n % 500 === 499) await memory();
      }
    };
    // Pools, caches and compiled code find their size first.
    await run(2000);
    const before = await memory();
    await run(CALLS);
    const grown = (await memory()) - before;
    assert.ok(grown < MOST, `${(grown / 2 ** 20).toFixed(1)} MiB more after ${CALLS} calls`);
  });
}

const MEL = 4 * 80 * 100;
const out = new Float32Array(80 * 100);
const refuse = (run) => assert.throws(run);

isSteady('computeSync', MEL, () => whisper.computeSync(samples));
isSteady('compute', MEL + samples.byteLength, () => whisper.compute(samples));
isSteady('compute with a signal', MEL, () =>
  whisper.compute(samples, { signal: new AbortController().signal }),
);
isSteady('compute, aborted', MEL, () => {
  const controller = new AbortController();
  const result = whisper.compute(samples, { signal: controller.signal });
  controller.abort();
  return assert.rejects(result);
});
isSteady('computeInto', samples.byteLength, () => whisper.computeInto(samples, out));
isSteady('computeBatch', 2 * MEL, () => whisper.computeBatch([samples, samples.subarray(1)]));
isSteady('extractors', whisper.workingMemory, () => new MelExtractor({ nMels: 80 }));
isSteady('streams', whisper.workingMemory, () => live.stream().push(samples.subarray(0, 1000)));
isSteady('one call after the other', MEL, () => melSpectrogramSync(samples, { nMels: 81 }));
isSteady('errors', samples.byteLength, async () => {
  refuse(() => whisper.computeSync(bad));
  refuse(() => new MelExtractor({ nMels: 0 }));
  await assert.rejects(whisper.compute(bad));
});
