// In place of other libraries' classes: the ESM form, over the ESM form of transformers.js.

import * as transformers from '@huggingface/transformers';
import compat from './lib/compat.js';

export const { WhisperFeatureExtractor } = compat.classes(transformers);
