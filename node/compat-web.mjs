// In place of other libraries' classes: for browsers and everything else without Node's addons.

import * as transformers from '@huggingface/transformers';
import { classes } from './lib/compat.mjs';
import * as mojoAudio from './web.mjs';

export const {
  ASTFeatureExtractor,
  ParakeetFeatureExtractor,
  SeamlessM4TFeatureExtractor,
  WhisperFeatureExtractor,
} = classes(transformers, mojoAudio);
