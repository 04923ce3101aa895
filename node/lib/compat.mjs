// In place of other libraries' classes.

/** The classes over the given transformers.js, which exists once for each module system. */
export function classes({ Tensor, WhisperFeatureExtractor: Original }, { MelExtractor, init }) {
  class WhisperFeatureExtractor extends Original {
    #extractor;
    #settings = [];

    async _extract_fbank_features(waveform) {
      const samples = waveform instanceof Float32Array ? waveform : Float32Array.from(waveform);
      await init();
      let mel;
      try {
        mel = await this.#extractorFor(samples.length).compute(samples);
      } catch (error) {
        // Samples that are no numbers the original computes, too.
        if (error.kind === 'sample') return super._extract_fbank_features(waveform);
        throw error;
      }
      return new Tensor('float32', mel.data, mel.shape);
    }

    /** The extractor of the settings as they are now. */
    #extractorFor(nSamples) {
      const { feature_size, sampling_rate, n_fft, hop_length, nb_max_frames, mel_filters } = this.config;
      // Only more frames are cut off; fewer stay as they are.
      const nFrames = Math.floor(nSamples / hop_length) > nb_max_frames ? nb_max_frames : null;
      const settings = [feature_size, sampling_rate, n_fft, hop_length, nFrames, mel_filters];
      if (settings.some((value, at) => value !== this.#settings[at])) {
        const filterbank = Float32Array.from(mel_filters.flatMap((filter) => Array.from(filter)));
        this.#extractor = new MelExtractor(
          {
            preset: 'whisper',
            nMels: feature_size,
            sampleRate: sampling_rate,
            nFft: n_fft,
            hopLength: hop_length,
            nFrames,
          },
          { filterbank },
        );
        this.#settings = settings;
      }
      return this.#extractor;
    }
  }
  return { WhisperFeatureExtractor };
}
