// In place of other libraries' classes: the ESM form for Node, over the ESM form of transformers.js.

import * as transformers from '@huggingface/transformers';
import mojoAudio from './index.js';
import { classes } from './lib/compat.mjs';

export const {
  ASTFeatureExtractor,
  ParakeetFeatureExtractor,
  SeamlessM4TFeatureExtractor,
  WhisperFeatureExtractor,
} = classes(transformers, mojoAudio);
