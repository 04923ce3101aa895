// Runs in each runtime, where the package is installed: a line of speech, and what differs from its reference.

import { readFileSync } from 'node:fs';
import { argv } from 'node:process';
import { MelExtractor, init } from 'mojo-audio';
import { createMelWorker } from 'mojo-audio/worker';

function floats(file) {
  const { buffer, byteOffset, byteLength } = readFileSync(file);
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

const [samples, expected] = argv.slice(2).map(floats);
await init();
const extractor = new MelExtractor('whisper');
const { instructionSet } = extractor;
const { data, shape } = await extractor.compute(samples);
if (data.length !== expected.length) throw new Error(`${data.length} values, not ${expected.length}`);
const largest = expected.reduce((most, value, at) => Math.max(most, Math.abs(value - data[at])), 0);

const worker = createMelWorker('whisper');
const there = await worker.compute(samples);
const isSame = there.data.every((value, at) => Object.is(value, data[at]));
const fault = await worker.compute(Float32Array.of(0, 0, 0, NaN)).catch((error) => error);
worker.close();
const closed = await worker.compute(samples).catch(({ code }) => code);
const { code, index } = fault;
console.log(JSON.stringify({ instructionSet, shape, largest, worker: { isSame, code, index, closed } }));
