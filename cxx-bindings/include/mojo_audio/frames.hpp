/// @file
/// Live signals whose frames stay until they are popped: the frame store of kaldi-native-fbank.

#ifndef MOJO_AUDIO_FRAMES_HPP
#define MOJO_AUDIO_FRAMES_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <mojo_audio/error.hpp>
#include <mojo_audio/span.hpp>
#include <mojo_audio/spectrogram.hpp>
#include <mojo_audio/stream.hpp>

namespace mojo_audio {

/// One live signal and its frames, for programs that look at frames by their number, as with kaldi-native-fbank: push
/// samples in chunks of any size, look at any frame that is ready, as often as you like, and pop frames that are no
/// longer needed. A frame keeps its number, whatever is popped.
///
/// The frames have the same bits as from the whole signal, and memory grows with those that are not popped. For
/// frames that are used once, in order, MelStream needs less.
///
/// Only one thread at a time can use it. It can be moved, but not copied; after a move, every call on the old object
/// fails with `argument`.
///
/// @code
/// mojo_audio::MelFrames frames = mojo_audio::MelExtractor(mojo_audio::MelConfig::kaldi_fbank()).frames();
/// std::size_t i = 0;
/// while (auto chunk = next()) {
///   frames.push(*chunk);
///   for (; i < frames.n_frames_ready(); ++i) {
///     use(frames.get_frame(i));  // n_mels values
///   }
///   frames.pop(i - frames.n_frames_popped());
/// }
/// @endcode
class MelFrames {
 public:
  /// The frames of a stream, from the next that it returns, which gets the number 0.
  explicit MelFrames(MelStream stream) noexcept : stream_(std::move(stream)) {}

  /// Moves.
  MelFrames(MelFrames&& other) noexcept = default;
  /// Moves.
  MelFrames& operator=(MelFrames&& other) noexcept = default;

  /// Number of values of each frame.
  [[nodiscard]] std::size_t n_mels() const noexcept { return stream_.n_mels(); }

  /// Appends any number of samples, even none.
  /// @throws Error those of MelStream::push(). An error changes nothing.
  void push(span<const float> samples) { detail::unwrap(try_push(samples)); }
  /// The same for 16-bit integers.
  /// @throws Error as for `float`.
  void push(span<const std::int16_t> samples) { detail::unwrap(try_push(samples)); }

  /// Like push(), with the error in the result.
  [[nodiscard]] MOJO_AUDIO_RESULT Result<void> try_push(span<const float> samples) {
    make_room(stream_.frames_after(samples.size()));
    return keep(stream_.try_push(samples));
  }
  /// Like push(), with the error in the result.
  [[nodiscard]] MOJO_AUDIO_RESULT Result<void> try_push(span<const std::int16_t> samples) {
    make_room(stream_.frames_after(samples.size()));
    return keep(stream_.try_push(samples));
  }

  /// Ends the signal: the frames that reach beyond its end are ready afterwards.
  /// @throws Error those of MelStream::finish().
  void finish() { detail::unwrap(try_finish()); }

  /// Like finish(), with the error in the result.
  [[nodiscard]] MOJO_AUDIO_RESULT Result<void> try_finish() {
    make_room(stream_.frames_at_finish());
    Result<void> result = keep(stream_.try_finish());
    is_finished_ = is_finished_ || result.has_value();
    return result;
  }

  /// Number of frames that are complete since the signal's start, those that were popped included.
  [[nodiscard]] std::size_t n_frames_ready() const noexcept { return n_frames_popped() + available(); }

  /// Number of frames that were popped since the signal's start.
  [[nodiscard]] std::size_t n_frames_popped() const noexcept { return n_mels() == 0 ? 0 : popped_; }

  /// Whether the signal has ended and the frame with that number is its last.
  [[nodiscard]] bool is_last_frame(std::size_t frame) const noexcept {
    return is_finished_ && frame < n_frames_ready() && frame + 1 == n_frames_ready();
  }

  /// The n_mels() values of the frame with that number, counted from 0 at the signal's start. Valid until the next
  /// call that pushes, pops, finishes or resets.
  /// @throws Error `argument` if the frame is not ready yet or was popped.
  [[nodiscard]] span<const float> get_frame(std::size_t frame) const {
    if (frame < popped_ || frame >= n_frames_ready()) {
      throw detail::Failure::of_number(
          "frame", "at least " + std::to_string(popped_) + " and less than " + std::to_string(n_frames_ready()),
          frame);
    }
    return {values_.data() + (frame - popped_) * n_mels(), n_mels()};
  }

  /// Drops the oldest `n_frames` frames that were not popped yet.
  /// @throws Error `argument` if fewer are there; then nothing is dropped.
  void pop(std::size_t n_frames) {
    if (n_frames > available()) {
      throw detail::Failure::of_number("n_frames", "at most " + std::to_string(available()), n_frames);
    }
    values_.erase(values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(n_frames * n_mels()));
    popped_ += n_frames;
  }

  /// Drops all frames and starts again with an empty signal; frames count from 0 again.
  void reset() noexcept {
    stream_.reset();
    values_.clear();
    popped_ = 0;
    is_finished_ = false;
  }

 private:
  // A stream that was moved from has no bands, and no frames.
  [[nodiscard]] std::size_t available() const noexcept { return n_mels() == 0 ? 0 : values_.size() / n_mels(); }

  // Before the stream takes samples, so that a failed allocation loses nothing.
  void make_room(std::size_t n_frames) {
    const std::size_t needed = values_.size() + n_frames * n_mels();
    if (needed > values_.capacity()) {
      values_.reserve(std::max(needed, 2 * values_.capacity()));
    }
  }

  // Appends what the stream returned, a frame after the other.
  MOJO_AUDIO_RESULT Result<void> keep(Result<MelSpectrogram>&& result) {
    if (!result) {
      return detail::refused<void>(std::move(result).error());
    }
    const MelSpectrogram& mel = *result;
    if (mel.layout() == Layout::frame_major) {
      values_.insert(values_.end(), mel.begin(), mel.end());
      return {};
    }
    for (std::size_t frame = 0; frame < mel.n_frames(); ++frame) {
      for (std::size_t band = 0; band < mel.n_mels(); ++band) {
        values_.push_back(mel(band, frame));
      }
    }
    return {};
  }

  MelStream stream_;
  std::vector<float> values_;  // of the frames that were not popped
  std::size_t popped_ = 0;
  bool is_finished_ = false;
};

}  // namespace mojo_audio

#endif
