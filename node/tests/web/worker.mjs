// Runs in the page: signals through a worker.

import { MelExtractor, init } from '/package/web.mjs';
import { createMelWorker } from '/package/worker.mjs';

const signal = Float32Array.from({ length: 80077 }, (_, at) => 0.5 * Math.sin(at * at * 1e-6));

const described = ({ name, code, kind, field, index, message }) => ({ name, code, kind, field, index, message });

const fails = (attempt) => Promise.resolve().then(attempt).then(() => null, described);

const isSame = (one, other) =>
  one.shape.join() === other.shape.join() && one.data.every((value, at) => Object.is(value, other.data[at]));

/** Which of the ways to pass a signal give the bits that the page computes itself. */
export async function ways(options) {
  await init();
  const worker = createMelWorker(options);
  const here = new MelExtractor(options);
  const integers = Int16Array.from(signal, (value) => value * 30000);
  const buffer = new AudioBuffer({ length: signal.length, sampleRate: 44100, numberOfChannels: 1 });
  buffer.copyToChannel(signal, 0);
  const stereo = new AudioBuffer({ length: signal.length, sampleRate: 44100, numberOfChannels: 2 });
  for (const channel of [0, 1]) stereo.copyToChannel(signal, channel);
  const resampled = new MelExtractor({ ...here.config, inputRate: 44100 }).computeSync(signal);
  const part = signal.subarray(1000, 50000);
  const [floats, whole, ofBuffer, ofStereo, ofPart] = await Promise.all(
    [signal, integers, buffer, stereo, part].map((samples) => worker.compute(samples)));
  const taken = signal.slice();
  const ofTaken = await worker.compute(taken, { transfer: true });
  worker.close();
  return {
    floats: isSame(floats, here.computeSync(signal)),
    integers: isSame(whole, here.computeSync(integers)),
    buffer: isSame(ofBuffer, resampled),
    stereo: isSame(ofStereo, resampled),
    part: isSame(ofPart, here.computeSync(part)),
    taken: isSame(ofTaken, floats) && taken.length === 0,
    kept: signal.length === 80077,
  };
}

export async function failures() {
  await init();
  const bad = signal.slice();
  bad[10007] = NaN;
  const worker = createMelWorker();
  const said = {
    option: await fails(() => createMelWorker({ hopLength: 0 })),
    sample: await fails(() => worker.compute(bad)),
    type: await fails(() => worker.compute([1, 2, 3])),
    empty: await fails(() => worker.compute(new Float32Array(0))),
    rate: await fails(() => {
      const buffer = new AudioBuffer({ length: 1000, sampleRate: 44100 });
      return createMelWorker({ inputRate: 48000 }).compute(buffer);
    }),
    script: await fails(() => createMelWorker('whisper', { script: '/package/absent.mjs' }).compute(signal)),
  };
  const abort = new AbortController();
  // The first is computed, the second waits.
  const calls = [worker.compute(signal), worker.compute(signal, { signal: abort.signal }), worker.compute(signal)];
  abort.abort(new Error('enough'));
  const ends = await Promise.allSettled(calls);
  said.aborted = ends.map(({ status, reason }) => reason?.message ?? status);
  said.before = await fails(() => worker.compute(signal, { signal: abort.signal }));
  const waits = worker.compute(signal);
  worker.close();
  said.closed = await fails(() => waits);
  said.after = await fails(() => worker.compute(signal));
  return said;
}

/** How many turns the page's own thread had while the worker computed an hour. */
export async function turns() {
  await init();
  const worker = createMelWorker('whisper');
  const hour = new Float32Array(3600 * 16000).fill(0.1);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const { nFrames } = await worker.compute(hour, { transfer: true });
  clearInterval(timer);
  worker.close();
  return { nFrames, turns };
}
