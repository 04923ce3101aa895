// The typings of mojo-audio/compat.

import assert from 'node:assert';
import { Tensor, WhisperFeatureExtractor as Original } from '@huggingface/transformers';
import { ASTFeatureExtractor, WhisperFeatureExtractor } from 'mojo-audio/compat';

const config = { feature_size: 80, sampling_rate: 16000, n_fft: 400, hop_length: 160, n_samples: 16000, nb_max_frames: 3000 };
const extractor: Original = new WhisperFeatureExtractor(config);
const { input_features: mel }: { input_features: Tensor } = await extractor._call(new Float32Array(16000));
assert.deepEqual(mel.dims, [1, 80, 100]);
const { input_values }: { input_values: Tensor } = await new ASTFeatureExtractor({
  max_length: 100, mean: 0, num_mel_bins: 40, sampling_rate: 16000, std: 1,
})._call(new Float32Array(16000));
assert.deepEqual(input_values.dims, [1, 100, 40]);
const load: (name: string) => Promise<WhisperFeatureExtractor> = WhisperFeatureExtractor.from_pretrained;
assert(typeof load === 'function');
console.log('compat');
