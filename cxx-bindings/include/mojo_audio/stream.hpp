/// @file
/// Live signals: samples in chunks of any size, the same bits as from the whole.

#ifndef MOJO_AUDIO_STREAM_HPP
#define MOJO_AUDIO_STREAM_HPP

#include <cstddef>
#include <cstdint>
#include <utility>

#include <mojo_audio/config.hpp>
#include <mojo_audio/span.hpp>
#include <mojo_audio/spectrogram.hpp>

namespace mojo_audio {

/// One live signal, made by MelExtractor::stream().
///
/// It returns frames as soon as no later sample can change them. All frames together equal those of
/// MelExtractor::compute() for the whole signal, bit for bit. Memory doesn't grow with the signal.
///
/// Only one thread at a time can use it. It can be moved, but not copied; after a move, every call on the old
/// object fails with `argument`.
///
/// @code
/// auto config = mojo_audio::MelConfig::whisper();
/// config.reference = mojo_audio::Reference::fixed;  // the maximum of the whole is not known yet
/// config.reference_value = 1.5;
/// mojo_audio::MelStream stream = mojo_audio::MelExtractor(config).stream();
/// while (auto chunk = next()) {
///   use(stream.push(*chunk));
/// }
/// use(stream.finish());
/// @endcode
class MelStream {
 public:
  /// Moves.
  MelStream(MelStream&& other) noexcept = default;
  /// Moves.
  MelStream& operator=(MelStream&& other) noexcept = default;

  /// Number of rows of the frames.
  [[nodiscard]] std::size_t n_mels() const noexcept { return detail::stream_n_mels(handle_.get()); }

  /// Appends any number of samples, even none, and returns the frames that they complete, often none.
  /// @throws Error `sample` for the first that is not finite, or so large that its power can't be
  /// represented; `finished`; `allocation`. An error changes nothing.
  [[nodiscard]] MelSpectrogram push(span<const float> samples) {
    return detail::unwrap(try_push(samples));
  }
  /// The same for 16-bit integers.
  /// @throws Error as for `float`.
  [[nodiscard]] MelSpectrogram push(span<const std::int16_t> samples) {
    return detail::unwrap(try_push(samples));
  }

  /// Like push(), with the error in the result.
  [[nodiscard]] MOJO_AUDIO_RESULT Result<MelSpectrogram> try_push(span<const float> samples) {
    return run(samples.data(), samples.size());
  }
  /// Like push(), with the error in the result.
  [[nodiscard]] MOJO_AUDIO_RESULT Result<MelSpectrogram> try_push(span<const std::int16_t> samples) {
    return run(samples.data(), samples.size());
  }

  /// Like push(), but writes to the first n_mels() * frames_after(samples.size()) values of `out`. Doesn't
  /// allocate.
  /// @returns the number of frames
  /// @throws Error those of push(); `buffer_size` if `out` is shorter; `argument` if it overlaps the samples.
  /// An error changes nothing.
  std::size_t push_into(span<const float> samples, span<float> out) {
    return detail::unwrap(try_push_into(samples, out));
  }
  /// The same for 16-bit integers.
  /// @returns the number of frames
  /// @throws Error as for `float`.
  std::size_t push_into(span<const std::int16_t> samples, span<float> out) {
    return detail::unwrap(try_push_into(samples, out));
  }

  /// Like push_into(), with the error in the result.
  [[nodiscard]] MOJO_AUDIO_RESULT Result<std::size_t> try_push_into(span<const float> samples,
                                                                    span<float> out) {
    return run_into(samples.data(), samples.size(), out);
  }
  /// Like push_into(), with the error in the result.
  [[nodiscard]] MOJO_AUDIO_RESULT Result<std::size_t> try_push_into(span<const std::int16_t> samples,
                                                                    span<float> out) {
    return run_into(samples.data(), samples.size(), out);
  }

  /// Number of frames that a push of `n_samples` samples will return.
  [[nodiscard]] std::size_t frames_after(std::size_t n_samples) const noexcept {
    return detail::stream_frames_after(handle_.get(), n_samples);
  }

  /// Ends the signal and returns the frames that reach beyond its end.
  /// @throws Error `empty_input` if no sample was pushed; `finished`; `allocation`.
  [[nodiscard]] MelSpectrogram finish() { return detail::unwrap(try_finish()); }

  /// Like finish(), with the error in the result.
  [[nodiscard]] MOJO_AUDIO_RESULT Result<MelSpectrogram> try_finish() {
    detail::Values values;
    detail::Failure failure;
    if (!detail::stream_finish(handle_.get(), values, failure)) {
      return detail::refused<MelSpectrogram>(failure);
    }
    return MelSpectrogram(values, layout_);
  }

  /// Like finish(), but writes to the first n_mels() * frames_at_finish() values of `out`. Doesn't allocate.
  /// @returns the number of frames
  /// @throws Error those of finish(); `buffer_size` if `out` is shorter: then the signal has not ended.
  std::size_t finish_into(span<float> out) { return detail::unwrap(try_finish_into(out)); }

  /// Like finish_into(), with the error in the result.
  [[nodiscard]] MOJO_AUDIO_RESULT Result<std::size_t> try_finish_into(span<float> out) {
    std::size_t n_frames = 0;
    detail::Failure failure;
    if (!detail::stream_finish_into(handle_.get(), out.data(), out.size(), n_frames, failure)) {
      return detail::refused<std::size_t>(failure);
    }
    return n_frames;
  }

  /// Number of frames that finish() will return.
  [[nodiscard]] std::size_t frames_at_finish() const noexcept {
    return detail::stream_frames_at_finish(handle_.get());
  }

  /// Resets the stream to its start.
  void reset() noexcept { detail::stream_reset(handle_.get()); }

 private:
  friend class MelExtractor;

  MelStream(bridge::Stream* handle, Layout layout) noexcept : handle_(handle), layout_(layout) {}

  template <class Sample>
  Result<MelSpectrogram> run(const Sample* samples, std::size_t n_samples) {
    detail::Values values;
    detail::Failure failure;
    if (!detail::stream_push(handle_.get(), samples, n_samples, values, failure)) {
      return detail::refused<MelSpectrogram>(failure);
    }
    return MelSpectrogram(values, layout_);
  }

  template <class Sample>
  Result<std::size_t> run_into(const Sample* samples, std::size_t n_samples, span<float> out) {
    std::size_t n_frames = 0;
    detail::Failure failure;
    if (!detail::stream_push_into(handle_.get(), samples, n_samples, out.data(), out.size(), n_frames,
                                  failure)) {
      return detail::refused<std::size_t>(failure);
    }
    return n_frames;
  }

  detail::Handle<bridge::Stream, detail::stream_free> handle_;
  Layout layout_;
};

}  // namespace mojo_audio

#endif
