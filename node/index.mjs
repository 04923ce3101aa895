// The package's ESM form for Node: the same objects as index.js.

import mojoAudio from './index.js';

export const {
  MelExtractor,
  MelStream,
  PRESETS,
  computeFiles,
  createMelTransform,
  createMelTransformStream,
  fromPreprocessorConfig,
  init,
  initSync,
  load,
  melSpectrogram,
  melSpectrogramSync,
  rowStatistics,
  version,
} = mojoAudio;
