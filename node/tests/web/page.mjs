// Runs in the page: every conformance case that is one signal, and the bits of what it computes.

import { MelExtractor, init } from '/package/web.mjs';

const camelCase = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());

async function read(file) {
  const bytes = await (await fetch(`/conformance/${file}`)).arrayBuffer();
  return file.endsWith('.i16') ? new Int16Array(bytes) : new Float32Array(bytes);
}

function optionsOf({ preset, options }, defaults) {
  const words = { true: true, false: false, none: null };
  const entries = Object.entries(options).map(([name, text]) => {
    const key = camelCase(name);
    if (typeof defaults[key] === 'string') return [key, text];
    return [key, Object.hasOwn(words, text) ? words[text] : Number(text)];
  });
  return { preset, ...Object.fromEntries(entries) };
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

export async function conformance() {
  await init();
  const defaults = new MelExtractor().config;
  const { cases } = await (await fetch('/conformance/cases.json')).json();
  const results = {};
  for (const testCase of cases.filter(({ kind }) => kind === 'single' || kind === 'int16')) {
    const samples = await read(testCase.input);
    const mel = new MelExtractor(optionsOf(testCase, defaults)).computeSync(samples);
    const digest = await crypto.subtle.digest('SHA-256', mel.data);
    const bits = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
    results[testCase.name] = { fault: fault(mel, testCase, await read(testCase.expected)), bits };
  }
  return results;
}
