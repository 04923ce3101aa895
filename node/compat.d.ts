// The types of mojo-audio/compat.

import { Tensor, WhisperFeatureExtractor as Original } from '@huggingface/transformers';

/**
 * In place of the class of the same name in transformers.js: the same constructor, `from_pretrained`,
 * calls and results, computed by mojo-audio. An instance of it is also one of the original, so that it
 * can be given to a processor or a pipeline.
 *
 * ```js
 * const transcriber = await pipeline('automatic-speech-recognition', model);
 * const { processor } = transcriber;
 * processor.components.feature_extractor = new WhisperFeatureExtractor(processor.feature_extractor.config);
 * ```
 */
export class WhisperFeatureExtractor extends Original {
  /** `config` is what is in a model's `preprocessor_config.json`. */
  constructor(config: object);

  static from_pretrained(
    ...parameters: Parameters<typeof Original.from_pretrained>
  ): Promise<WhisperFeatureExtractor>;

  /**
   * The log-mel of one signal, padded or cut to the model's length (`n_samples`).
   *
   * @returns `input_features` of shape (1, feature_size, n_frames).
   */
  _call(
    audio: Float32Array | Float64Array,
    options?: { max_length?: number | null },
  ): Promise<{ input_features: Tensor }>;
}
