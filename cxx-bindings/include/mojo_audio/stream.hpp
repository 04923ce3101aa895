/// @file
/// Live signals: samples in pieces of any size, the same bits as from the whole.

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
/// Frames come out as soon as no further sample can change them. All that is pushed, then finished, gives
/// the values that MelExtractor::compute() gives for the whole, bit for bit. Memory does not grow with
/// the signal.
///
/// One thread at a time uses it. It can be moved, not copied; one that was moved from refuses everything
/// with `input`.
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
  /// Takes over what the other has.
  MelStream(MelStream&& other) noexcept = default;
  /// Takes over what the other has.
  MelStream& operator=(MelStream&& other) noexcept = default;

  /// Rows of the frames.
  [[nodiscard]] std::size_t n_mels() const noexcept { return detail::stream_n_mels(handle_.get()); }

  /// Takes any number of samples, also none, and gives the frames that they make certain; often none.
  /// @throws Error `sample` for the first that is not finite, or so large that its power can't be
  /// represented, and then takes none of them; `finished`; `allocation`.
  [[nodiscard]] MelSpectrogram push(span<const float> samples) {
    return detail::unwrap(try_push(samples));
  }
  /// The same of 16-bit integers.
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

  /// Like push(), to the first n_mels() * frames_after(samples.size()) values of `out`. Allocates nothing.
  /// @returns the number of frames
  /// @throws Error those of push(); `buffer_size` if `out` is shorter; `input` if it shares memory with
  /// the samples. Then the stream goes on as if nothing had been pushed.
  std::size_t push_into(span<const float> samples, span<float> out) {
    return detail::unwrap(try_push_into(samples, out));
  }
  /// The same of 16-bit integers.
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

  /// How many frames a push of so many samples will give.
  [[nodiscard]] std::size_t frames_after(std::size_t n_samples) const noexcept {
    return detail::stream_frames_after(handle_.get(), n_samples);
  }

  /// Ends the signal and gives the frames that reach over its end.
  /// @throws Error `empty_input` if there was no sample; `finished`; `allocation`.
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

  /// Like finish(), to the first n_mels() * frames_at_finish() values of `out`. Allocates nothing.
  /// @returns the number of frames
  /// @throws Error those of finish(); `buffer_size` if `out` is shorter: then the stream goes on.
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

  /// How many frames finish() will give.
  [[nodiscard]] std::size_t frames_at_finish() const noexcept {
    return detail::stream_frames_at_finish(handle_.get());
  }

  /// Starts anew, as if nothing had been pushed.
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
