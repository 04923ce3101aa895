// In place of other libraries' classes.

/** The originals' padding, in frames of bands: the floor of the energies, of which they take no logarithm. */
const KALDI_FLOOR = 1.192092955078125e-7;

const KALDI_FRAME = { length: 400, hop: 160 };

/** Kaldi's features. */
const kaldi = (options) => ({
  optionsOf: ({ num_mel_bins: nMels, sampling_rate: sampleRate }) => ({
    preset: 'kaldi-fbank',
    nMels,
    sampleRate,
    precision: 'double',
    layout: 'frame_major',
    ...options,
  }),
  filtersOf: (original) => original.mel_filters,
  padding: KALDI_FLOOR,
});

/** How each class computes: options from its configuration, its filters, and what it pads with, if it does. */
const RECIPES = {
  WhisperFeatureExtractor: {
    optionsOf({ feature_size, sampling_rate, n_fft, hop_length, nb_max_frames }, nSamples) {
      return {
        preset: 'whisper',
        nMels: feature_size,
        sampleRate: sampling_rate,
        nFft: n_fft,
        hopLength: hop_length,
        // Longer results are cut off; shorter ones keep their length.
        nFrames: Math.floor(nSamples / hop_length) > nb_max_frames ? nb_max_frames : null,
      };
    },
    filtersOf: ({ config }) => config.mel_filters,
  },
  ASTFeatureExtractor: kaldi({ window: 'hann', inputScale: 1 }),
  SeamlessM4TFeatureExtractor: kaldi({ window: 'povey', inputScale: 32768 }),
  ParakeetFeatureExtractor: {
    optionsOf: ({ feature_size, sampling_rate, n_fft, win_length, hop_length, preemphasis }) => ({
      preset: 'parakeet',
      nMels: feature_size,
      sampleRate: sampling_rate,
      nFft: n_fft,
      winLength: win_length,
      hopLength: hop_length,
      preemphasis,
      precision: 'double',
      layout: 'frame_major',
      // The original normalizes what it is given.
      normalize: 'none',
      maskTail: false,
    }),
    filtersOf: ({ config }) => config.mel_filters,
  },
};

/** The classes over the given transformers.js, which exists once for each module system. */
export function classes(transformers, mojoAudio) {
  const computed = (name) => {
    // A class that this version of transformers.js doesn't have.
    const Original = transformers[name];
    return Original && override(Original, RECIPES[name], transformers, mojoAudio);
  };
  return Object.fromEntries(Object.keys(RECIPES).map((name) => [name, computed(name)]));
}

/** A subclass that computes the matrices by mojo-audio, and leaves everything else to the original. */
function override(Original, { optionsOf, filtersOf, padding }, { Tensor }, { MelExtractor, init }) {
  const Computed = class extends Original {
    #extractor;
    #plan = [];

    async _extract_fbank_features(waveform, maxFrames) {
      await init();
      const isPadded = padding !== undefined && Number.isFinite(maxFrames);
      let samples = waveform instanceof Float32Array ? waveform : Float32Array.from(waveform);
      if (isPadded) samples = samples.subarray(0, (maxFrames - 1) * KALDI_FRAME.hop + KALDI_FRAME.length);
      let mel;
      try {
        mel = await this.#extractorFor(samples.length).compute(samples);
      } catch (error) {
        // The originals also compute samples that are not numbers, and no samples.
        if (error.kind === 'sample' || error.kind === 'empty_input') {
          return super._extract_fbank_features(waveform, maxFrames);
        }
        throw error;
      }
      if (!isPadded) return new Tensor('float32', mel.data, mel.shape);
      const data = new Float32Array(maxFrames * mel.nMels).fill(padding);
      data.set(mel.data);
      return new Tensor('float32', data, [maxFrames, mel.nMels]);
    }

    /** The extractor of the settings as they are now. */
    #extractorFor(nSamples) {
      const options = optionsOf(this.config, nSamples);
      const filters = filtersOf(this);
      const plan = [...Object.values(options), filters];
      if (plan.length !== this.#plan.length || plan.some((value, at) => value !== this.#plan[at])) {
        const filterbank = Float32Array.from(filters.flatMap((filter) => Array.from(filter)));
        this.#extractor = new MelExtractor(options, { filterbank });
        this.#plan = plan;
      }
      return this.#extractor;
    }
  };
  Object.defineProperty(Computed, 'name', { value: Original.name });
  return Computed;
}
