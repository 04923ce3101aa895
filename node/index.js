// Mel spectrograms for speech and audio models: the package's CommonJS form. What everything does is
// said in index.d.ts.

'use strict';

const native = require('./lib/native.js');
const { MelExtractor } = require('./lib/extractor.js');
const { MelStream } = require('./lib/stream.js');
const { createMelTransform } = require('./lib/transform.js');

const PRESETS = Object.freeze(native.presets());

/** The extractors of the presets as they are, made when first asked for. */
const ofPresets = new Map();

function extractorOf(options) {
  if (typeof options === 'object' && options !== null) return new MelExtractor(options);
  if (!ofPresets.has(options)) ofPresets.set(options, new MelExtractor(options));
  return ofPresets.get(options);
}

async function melSpectrogram(samples, options, settings) {
  return extractorOf(options).compute(samples, settings);
}

function melSpectrogramSync(samples, options) {
  return extractorOf(options).computeSync(samples);
}

module.exports = {
  MelExtractor,
  MelStream,
  PRESETS,
  createMelTransform,
  melSpectrogram,
  melSpectrogramSync,
  version: native.version(),
};
