// The package's ESM form: the same objects as index.js.

import mojoAudio from './index.js';

export const {
  MelExtractor,
  MelStream,
  PRESETS,
  createMelTransform,
  melSpectrogram,
  melSpectrogramSync,
  version,
} = mojoAudio;
