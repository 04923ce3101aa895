// transformers.js: the computation of its WhisperFeatureExtractor after its padding to 30 seconds.

import { WhisperFeatureExtractor } from '@huggingface/transformers';

export function make() {
  const extractor = new WhisperFeatureExtractor({
    feature_size: 80,
    sampling_rate: 16000,
    hop_length: 160,
    n_fft: 400,
    n_samples: 480000,
    nb_max_frames: 3000,
  });
  return {
    compute: (samples) => extractor._extract_fbank_features(samples),
    rows: (tensor) => ({ rows: tensor.dims[0], frames: tensor.dims[1], data: tensor.data }),
  };
}
