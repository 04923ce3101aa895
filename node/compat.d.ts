// The types of mojo-audio/compat.

import {
  ASTFeatureExtractor as OriginalAST,
  ParakeetFeatureExtractor as OriginalParakeet,
  SeamlessM4TFeatureExtractor as OriginalSeamlessM4T,
  Tensor,
  WhisperFeatureExtractor as Original,
} from '@huggingface/transformers';

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

/** In place of the class of the same name in transformers.js, as `WhisperFeatureExtractor` is. */
export class ASTFeatureExtractor extends OriginalAST {
  /** `config` is what is in a model's `preprocessor_config.json`. */
  constructor(config: object);

  static from_pretrained(
    ...parameters: Parameters<typeof OriginalAST.from_pretrained>
  ): Promise<ASTFeatureExtractor>;

  /** @returns `input_values` of shape (1, max_length, num_mel_bins). */
  _call(audio: Float32Array | Float64Array): Promise<{ input_values: Tensor }>;
}

/** In place of the class of the same name in transformers.js, as `WhisperFeatureExtractor` is. */
export class ParakeetFeatureExtractor extends OriginalParakeet {
  /** `config` is what is in a model's `preprocessor_config.json`. */
  constructor(config: object);

  static from_pretrained(
    ...parameters: Parameters<typeof OriginalParakeet.from_pretrained>
  ): Promise<ParakeetFeatureExtractor>;

  /** @returns `input_features` of shape (1, n_frames, feature_size), and the mask of shape (1, n_frames). */
  _call(audio: Float32Array | Float64Array): Promise<{ input_features: Tensor; attention_mask: Tensor }>;
}

/** In place of the class of the same name in transformers.js, as `WhisperFeatureExtractor` is. */
export class SeamlessM4TFeatureExtractor extends OriginalSeamlessM4T {
  /** `config` is what is in a model's `preprocessor_config.json`. */
  constructor(config: object);

  static from_pretrained(
    ...parameters: Parameters<typeof OriginalSeamlessM4T.from_pretrained>
  ): Promise<SeamlessM4TFeatureExtractor>;

  /** @returns `input_features` of shape (1, n_frames / stride, num_mel_bins * stride), and their mask. */
  _call(
    audio: Float32Array | Float64Array,
    options?: {
      padding?: boolean;
      pad_to_multiple_of?: number;
      do_normalize_per_mel_bins?: boolean;
      return_attention_mask?: boolean;
    },
  ): Promise<{ input_features: Tensor; attention_mask?: Tensor }>;
}
