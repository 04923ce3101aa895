// Runs in the page: the conformance cases, the bits of what it computes, and what it refuses.

import { itemsOf, optionsOf, refusal, spectrograms } from '/package/tests/cases.mjs';
import * as api from '/package/web.mjs';

async function read(file) {
  const bytes = await (await fetch(`/conformance/${file}`)).arrayBuffer();
  return file.endsWith('.i16') ? new Int16Array(bytes) : new Float32Array(bytes);
}

/** Why the result is not the case's, if it is not. */
function fault(mel, { n_mels: nMels, n_frames: nFrames, bound }, expected) {
  if (mel.nMels !== nMels || mel.nFrames !== nFrames) return `its shape is ${mel.shape}`;
  let sum = 0;
  for (let at = 0; at < expected.length; at += 1) {
    const difference = Math.abs(mel.data[at] - expected[at]);
    if (!(difference <= bound.atol + bound.rtol * Math.abs(expected[at]))) {
      return `value ${at} is ${mel.data[at]}, not ${expected[at]}`;
    }
    sum += difference;
  }
  return sum / Math.max(1, expected.length) <= bound.mean_abs ? undefined : `the mean is ${sum / expected.length} off`;
}

async function digest(values) {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', values));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export async function conformance() {
  await api.init();
  const defaults = new api.MelExtractor().config;
  const { cases } = await (await fetch('/conformance/cases.json')).json();
  const results = {};
  for (const testCase of cases.filter(({ kind }) => kind !== 'statistic')) {
    const options = optionsOf(testCase, defaults);
    if (testCase.kind === 'refusal') {
      const samples = testCase.call === 'compute' ? await read(testCase.input) : undefined;
      results[testCase.name] = { refusal: refusal(testCase, options, api, samples) };
      continue;
    }
    const items = itemsOf(testCase);
    const mels = spectrograms(testCase, options, api, await Promise.all(items.map(({ input }) => read(input))));
    const bits = await Promise.all(mels.map(({ data }) => digest(data)));
    const faults = await Promise.all(mels.map(async (mel, at) => fault(mel, items[at], await read(items[at].expected))));
    results[testCase.name] = { fault: faults.find((text) => text !== undefined), bits: bits.join() };
  }
  return results;
}
