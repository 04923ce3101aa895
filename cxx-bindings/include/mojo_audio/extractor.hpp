/// @file
/// The extractor: a configuration, checked and planned once, that computes any number of inputs.

#ifndef MOJO_AUDIO_EXTRACTOR_HPP
#define MOJO_AUDIO_EXTRACTOR_HPP

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <mojo_audio/config.hpp>
#include <mojo_audio/frames.hpp>
#include <mojo_audio/span.hpp>
#include <mojo_audio/spectrogram.hpp>
#include <mojo_audio/stream.hpp>

namespace mojo_audio {

/// The caller's own tables. An empty one does nothing.
/// @code
/// mojo_audio::Tables tables;
/// tables.row_mean = mean;  // a std::vector<float>, say
/// tables.row_scale = inverse_deviation;
/// const mojo_audio::MelExtractor extractor(mojo_audio::MelConfig::kaldi_fbank(), tables);
/// @endcode
struct Tables {
  /// `win_length` values (`n_fft` if that is unset), instead of the option `window`.
  span<const float> window;
  /// (n_mels, n_fft / 2 + 1) weights, row-major, instead of the triangles.
  span<const float> filterbank;
  /// What is subtracted from each row of the result, last of all: n_mels() values, which are those of a whole stack if
  /// frames are stacked (the mean of global CMVN).
  span<const float> row_mean;
  /// What each row is multiplied by after that: as many values (1 / deviation of global CMVN).
  span<const float> row_scale;
};

/// The mean and the scale of each row, from a model's file: what Tables have as `row_mean` and `row_scale`.
/// @code
/// const auto rows = mojo_audio::RowStatistics::from_text(text_of_am_mvn);
/// const mojo_audio::MelExtractor extractor(mojo_audio::MelConfig::funasr(), {{}, {}, rows.mean, rows.scale});
/// @endcode
struct RowStatistics {
  /// What is subtracted from each row.
  std::vector<float> mean;
  /// What each row is multiplied by after that.
  std::vector<float> scale;

  /// Reads the text of FunASR's `am.mvn`, of WeNet's `global_cmvn` (JSON), or of Kaldi's statistics, one matrix of two
  /// lines. Sums over frames become means and 1 / deviations.
  /// @throws Error `config` if the text is no such file.
  [[nodiscard]] static RowStatistics from_text(std::string_view text) {
    return detail::unwrap(try_from_text(text));
  }

  /// Like from_text(), with the error in the result.
  [[nodiscard]] MOJO_AUDIO_RESULT static Result<RowStatistics> try_from_text(std::string_view text) {
    RowStatistics rows;
    detail::Failure failure;
    std::size_t n_rows = 0;
    if (!detail::row_statistics(text.data(), text.size(), nullptr, nullptr, n_rows, failure)) {
      return detail::refused<RowStatistics>(failure);
    }
    rows.mean.resize(n_rows);
    rows.scale.resize(n_rows);
    if (!detail::row_statistics(text.data(), text.size(), rows.mean.data(), rows.scale.data(), n_rows, failure)) {
      return detail::refused<RowStatistics>(failure);
    }
    return rows;
  }
};

/// Computes mel spectrograms of one configuration.
///
/// An extractor never changes, and any number of threads can use the same one at once. It can be moved, but
/// not copied. After a move, every call on the old object fails with `argument`, and it has no bands or frames.
///
/// Samples are mono: `float` with full scale 1, or `std::int16_t`, which is divided by 32768. They are read
/// without a copy and not kept.
///
/// @code
/// const mojo_audio::MelExtractor extractor(mojo_audio::MelConfig::whisper());
/// const mojo_audio::MelSpectrogram mel = extractor.compute(samples);  // a std::vector<float>, say
/// @endcode
class MelExtractor {
 public:
  /// Checks and plans a configuration.
  /// @throws Error `config`, which names the option; `allocation`.
  explicit MelExtractor(const MelConfig& config = {}) : MelExtractor(config, Tables{}) {}

  /// The same with the caller's own window or filterbank, which are copied. An empty one means that of the
  /// options.
  /// @param config the options
  /// @param window `win_length` values (`n_fft` if that is unset), instead of the option `window`
  /// @param filterbank (n_mels, n_fft / 2 + 1) weights, row-major, instead of the triangles
  /// @throws Error those of the other constructor; `buffer_size` if a table's length doesn't fit the
  /// options, `config` if it has a value that is not finite.
  MelExtractor(const MelConfig& config, span<const float> window, span<const float> filterbank)
      : MelExtractor(config, Tables{window, filterbank, {}, {}}) {}

  /// The same with the caller's own tables, which are copied.
  /// @throws Error those of the first constructor; `buffer_size` if a table's length doesn't fit the options, `config`
  /// if it has a value that is not finite, or in `row_mean` and `row_scale` above 1e18 in magnitude.
  MelExtractor(const MelConfig& config, const Tables& tables)
      : MelExtractor(detail::unwrap(try_create(config, tables))) {}

  /// Moves.
  MelExtractor(MelExtractor&& other) noexcept = default;
  /// Moves.
  MelExtractor& operator=(MelExtractor&& other) noexcept = default;

  /// Like the constructors, with the error in the result.
  [[nodiscard]] MOJO_AUDIO_RESULT static Result<MelExtractor> try_create(const MelConfig& config,
                                                                         const Tables& tables) {
    detail::Failure failure;
    bridge::Extractor* handle = detail::extractor_new(config, tables, failure);
    if (!handle) {
      return detail::refused<MelExtractor>(failure);
    }
    return MelExtractor(handle, config.layout);
  }
  /// Like the constructors, with the error in the result.
  [[nodiscard]] MOJO_AUDIO_RESULT static Result<MelExtractor> try_create(
      const MelConfig& config, span<const float> window, span<const float> filterbank) {
    return try_create(config, Tables{window, filterbank, {}, {}});
  }
  /// Like the constructors, with the error in the result.
  [[nodiscard]] MOJO_AUDIO_RESULT static Result<MelExtractor> try_create(const MelConfig& config = {}) {
    return try_create(config, Tables{});
  }

  /// The configuration.
  /// @throws Error `argument` if this was moved from.
  [[nodiscard]] MelConfig config() const {
    MelConfig config;
    detail::Failure failure;
    if (!detail::extractor_config(handle_.get(), config, failure)) {
      throw failure.error();
    }
    return config;
  }

  /// Number of rows of a result: the mel bands, the cepstral coefficients (`n_mfcc`), or the bands and the
  /// energy (`use_energy`).
  [[nodiscard]] std::size_t n_mels() const noexcept {
    return detail::extractor_n_mels(handle_.get());
  }

  /// Number of frames of the result for `n_samples` samples: 0 if they are too few for one.
  [[nodiscard]] std::size_t frame_count(std::size_t n_samples) const noexcept {
    return detail::extractor_frame_count(handle_.get(), n_samples);
  }

  /// Number of frames of the result for `n_samples` samples that are not padding, as the attention masks of transformers
  /// count them: at most frame_count().
  [[nodiscard]] std::size_t valid_frames(std::size_t n_samples) const noexcept {
    return detail::extractor_valid_frames(handle_.get(), n_samples);
  }

  /// The bands whose filter is so narrow that it contains no bin of the transform. Their values are always
  /// the floor. Use a larger `n_fft` or fewer `n_mels`.
  [[nodiscard]] std::vector<std::size_t> empty_filters() const {
    // Not n_mels(): a result has fewer rows than there are bands if `n_mfcc` is set.
    std::vector<std::size_t> filters(detail::extractor_empty_filters(handle_.get(), nullptr, 0));
    detail::extractor_empty_filters(handle_.get(), filters.data(), filters.size());
    return filters;
  }

  /// The weights of the filters that the extractor uses: (n_mels, n_fft / 2 + 1), row-major, where n_mels is the option.
  /// Those of the configured triangles are the ones of librosa's `filters.mel`, torchaudio's `melscale_fbanks` or
  /// Kaldi's `MelBanks`, computed in float64 and rounded; the caller's own are returned as they were passed.
  /// @throws Error `argument` if this was moved from; `allocation`.
  [[nodiscard]] std::vector<float> filterbank() const {
    const MelConfig options = config();
    std::vector<float> weights(std::size_t{options.n_mels} * (options.n_fft / 2 + 1));
    detail::Failure failure;
    if (!detail::extractor_filterbank(handle_.get(), weights.data(), weights.size(), failure)) {
      throw failure.error();
    }
    return weights;
  }

  /// Bytes of working memory that a computation uses besides its result and the extractor's tables. They depend on
  /// the configuration, not on the length of the input; computations that run at the same time take as much each.
  [[nodiscard]] std::size_t working_memory() const noexcept {
    return detail::extractor_working_memory(handle_.get());
  }

  /// The mel spectrogram of one sample or more.
  /// @throws Error `empty_input`; `sample` for the first that is not finite, or so large that a power
  /// can't be represented; `allocation`.
  [[nodiscard]] MelSpectrogram compute(span<const float> samples) const {
    return detail::unwrap(try_compute(samples));
  }
  /// The same for 16-bit integers.
  /// @throws Error as for `float`.
  [[nodiscard]] MelSpectrogram compute(span<const std::int16_t> samples) const {
    return detail::unwrap(try_compute(samples));
  }

  /// Like compute(), with the error in the result.
  [[nodiscard]] MOJO_AUDIO_RESULT Result<MelSpectrogram> try_compute(span<const float> samples) const {
    return run(samples.data(), samples.size());
  }
  /// Like compute(), with the error in the result.
  [[nodiscard]] MOJO_AUDIO_RESULT Result<MelSpectrogram> try_compute(
      span<const std::int16_t> samples) const {
    return run(samples.data(), samples.size());
  }

  /// Like compute(), but writes to the first n_mels() * frame_count(samples.size()) values of `out`, in the
  /// order of the option `layout`. Doesn't allocate, except that the first concurrent calls each allocate a
  /// scratch buffer. After an error the content of `out` is undefined.
  /// @returns the number of frames
  /// @throws Error those of compute(); `buffer_size` if `out` is shorter; `argument` if it overlaps the samples.
  std::size_t compute_into(span<const float> samples, span<float> out) const {
    return detail::unwrap(try_compute_into(samples, out));
  }
  /// The same for 16-bit integers.
  /// @returns the number of frames
  /// @throws Error as for `float`.
  std::size_t compute_into(span<const std::int16_t> samples, span<float> out) const {
    return detail::unwrap(try_compute_into(samples, out));
  }

  /// Like compute_into(), with the error in the result.
  [[nodiscard]] MOJO_AUDIO_RESULT Result<std::size_t> try_compute_into(span<const float> samples,
                                                                       span<float> out) const {
    return run_into(samples.data(), samples.size(), out);
  }
  /// Like compute_into(), with the error in the result.
  [[nodiscard]] MOJO_AUDIO_RESULT Result<std::size_t> try_compute_into(span<const std::int16_t> samples,
                                                                       span<float> out) const {
    return run_into(samples.data(), samples.size(), out);
  }

  /// The mel spectrograms of clips of any lengths, in their order, each with the same bits as from
  /// compute().
  /// @param clips a container of containers, or views, of `float` or `std::int16_t`: a
  /// `std::vector<std::vector<float>>`, a `span<const span<const float>>`
  /// @param n_threads how many threads compute at once; 0 means one for each core of the machine
  /// @throws Error that of the first failed clip; the text starts with its index, which clip() returns.
  template <class Clips>
  [[nodiscard]] std::vector<MelSpectrogram> compute_batch(const Clips& clips,
                                                          std::size_t n_threads = 0) const {
    auto results = try_compute_batch(clips, n_threads);
    std::vector<MelSpectrogram> spectrograms;
    spectrograms.reserve(results.size());
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (!results[i]) {
        throw detail::Failure::of_clip(results[i].error(), i);
      }
      spectrograms.push_back(*std::move(results[i]));
    }
    return spectrograms;
  }

  /// Like compute_batch(), with each clip's own error in its result.
  template <class Clips>
  [[nodiscard]] std::vector<Result<MelSpectrogram>> try_compute_batch(const Clips& clips,
                                                                      std::size_t n_threads = 0) const {
    using Sample = std::remove_cv_t<std::remove_pointer_t<decltype(std::data(*std::begin(clips)))>>;
    static_assert(std::is_same_v<Sample, float> || std::is_same_v<Sample, std::int16_t>,
                  "clips are of float or std::int16_t");
    std::vector<const Sample*> starts;
    std::vector<std::size_t> lengths;
    // Clips that are no memory, by their index. They are empty for the library, and get an error of their own here.
    std::vector<std::pair<std::size_t, Error>> wrong;
    detail::Failure failure;
    for (const auto& clip : clips) {
      starts.push_back(std::data(clip));
      lengths.push_back(std::size(clip));
      if (!detail::check_clip(starts.back(), lengths.back(), failure)) {
        wrong.emplace_back(starts.size() - 1, failure.error());
        lengths.back() = 0;
      }
    }
    std::vector<Result<MelSpectrogram>> results;
    results.reserve(starts.size());
    const detail::Handle<bridge::Batch, detail::batch_free> batch(detail::batch_new(
        handle_.get(), starts.data(), lengths.data(), starts.size(), n_threads, failure));
    auto next_wrong = wrong.begin();
    while (results.size() < starts.size()) {
      detail::Values values;
      const bool is_done = batch.get() && detail::batch_next(batch.get(), values, failure);
      if (batch.get() && next_wrong != wrong.end() && next_wrong->first == results.size()) {
        results.push_back(detail::refused<MelSpectrogram>(std::move(next_wrong++->second)));
      } else if (is_done) {
        results.push_back(MelSpectrogram(values, layout_));
      } else {
        results.push_back(detail::refused<MelSpectrogram>(failure));
      }
    }
    return results;
  }

  /// A stream with this configuration. It may outlive the extractor.
  /// @throws Error `config`, which names an option that needs the whole input, such as Whisper's
  /// `reference`; `allocation`.
  [[nodiscard]] MelStream stream() const { return detail::unwrap(try_stream()); }

  /// A frame store with this configuration, which keeps frames until they are popped. It may outlive the extractor.
  /// @throws Error those of stream().
  [[nodiscard]] MelFrames frames() const { return MelFrames(stream()); }

  /// Like stream(), with the error in the result.
  [[nodiscard]] MOJO_AUDIO_RESULT Result<MelStream> try_stream() const {
    detail::Failure failure;
    bridge::Stream* handle = detail::stream_new(handle_.get(), failure);
    if (!handle) {
      return detail::refused<MelStream>(failure);
    }
    return MelStream(handle, layout_);
  }

 private:
  MelExtractor(bridge::Extractor* handle, Layout layout) noexcept : handle_(handle), layout_(layout) {}

  template <class Sample>
  Result<MelSpectrogram> run(const Sample* samples, std::size_t n_samples) const {
    detail::Values values;
    detail::Failure failure;
    if (!detail::extractor_compute(handle_.get(), samples, n_samples, values, failure)) {
      return detail::refused<MelSpectrogram>(failure);
    }
    return MelSpectrogram(values, layout_);
  }

  template <class Sample>
  Result<std::size_t> run_into(const Sample* samples, std::size_t n_samples, span<float> out) const {
    std::size_t n_frames = 0;
    detail::Failure failure;
    if (!detail::extractor_compute_into(handle_.get(), samples, n_samples, out.data(), out.size(),
                                        n_frames, failure)) {
      return detail::refused<std::size_t>(failure);
    }
    return n_frames;
  }

  detail::Handle<bridge::Extractor, detail::extractor_free> handle_;
  Layout layout_;
};

}  // namespace mojo_audio

#endif
