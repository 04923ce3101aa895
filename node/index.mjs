// The package's ESM form for Node: the same objects as index.js.

import mojoAudio from './index.js';

export const {
  MelExtractor,
  MelStream,
  PRESETS,
  createMelTransform,
  createMelTransformStream,
  init,
  initSync,
  melSpectrogram,
  melSpectrogramSync,
  version,
} = mojoAudio;
