// The thread of `createMelWorker`: takes one signal at a time, and posts its spectrogram or an error.

import { hasEngine, setEngine } from './engine.mjs';
import { MelExtractor } from './extractor.mjs';
import { partsOf } from './posted-error.mjs';
import { engineOf } from './wasm.mjs';

/** The first message: the compiled module, the configuration and the tables. */
let settings;

/** Extractors by the rate of their input. */
const extractors = new Map();

function extractorFor(rate) {
  if (!extractors.has(rate)) {
    extractors.set(rate, new MelExtractor({ ...settings.config, inputRate: rate }, settings.tables));
  }
  return extractors.get(rate);
}

self.onmessage = ({ data }) => {
  if (settings === undefined) {
    settings = data;
    return;
  }
  try {
    if (!hasEngine()) setEngine(engineOf(settings.module));
    const mel = extractorFor(data.rate).computeSync(data.samples);
    self.postMessage({ mel }, [mel.data.buffer]);
  } catch (error) {
    self.postMessage({ error: partsOf(error) });
  }
};
