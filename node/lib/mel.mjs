// What the package exports wherever it runs.

import { MelExtractor, dispose } from './extractor.mjs';

export { MelExtractor } from './extractor.mjs';
export { MelStream } from './stream.mjs';
export { PRESETS, VERSION as version } from './table.mjs';
export { createMelTransformStream } from './transform-stream.mjs';

/** The extractors of the presets as they are, made when first asked for. */
const ofPresets = new Map();

function extractorOf(options) {
  if (!ofPresets.has(options)) ofPresets.set(options, new MelExtractor(options));
  return ofPresets.get(options);
}

const isObject = (options) => typeof options === 'object' && options !== null;

export async function melSpectrogram(samples, options, settings) {
  if (!isObject(options)) return extractorOf(options).compute(samples, settings);
  const extractor = new MelExtractor(options);
  try {
    return await extractor.compute(samples, settings);
  } finally {
    dispose(extractor);
  }
}

export function melSpectrogramSync(samples, options) {
  if (!isObject(options)) return extractorOf(options).computeSync(samples);
  const extractor = new MelExtractor(options);
  try {
    return extractor.computeSync(samples);
  } finally {
    dispose(extractor);
  }
}
