/// @file
/// The result.

#ifndef MOJO_AUDIO_SPECTROGRAM_HPP
#define MOJO_AUDIO_SPECTROGRAM_HPP

#include <cstddef>
#include <string>
#include <utility>

#include <mojo_audio/config.hpp>
#include <mojo_audio/span.hpp>

namespace mojo_audio {

/// A mel spectrogram, or the cepstrum of one: float32 values of n_mels() rows and n_frames() frames.
///
/// It owns its memory and is moved without a copy; after a move the old object is empty. Any number of
/// threads can read it at once.
class MelSpectrogram {
 public:
  using value_type = float;              ///< Type of a value.
  using size_type = std::size_t;         ///< Type of a count.
  using iterator = float*;               ///< Visits all values, in the order of layout().
  using const_iterator = const float*;   ///< The same, read-only.

  /// An empty spectrogram: no bands and no frames.
  MelSpectrogram() noexcept = default;

  /// Takes over the memory.
  MelSpectrogram(MelSpectrogram&& other) noexcept { swap(other); }

  /// Takes over the memory, and frees its own.
  MelSpectrogram& operator=(MelSpectrogram&& other) noexcept {
    MelSpectrogram taken(std::move(other));
    swap(taken);
    return *this;
  }

  MelSpectrogram(const MelSpectrogram&) = delete;
  MelSpectrogram& operator=(const MelSpectrogram&) = delete;

  ~MelSpectrogram() {
    if (values_.capacity > 0) {
      detail::values_free(values_.data, values_.capacity);
    }
  }

  /// The size() values, in the order of layout().
  [[nodiscard]] const float* data() const noexcept { return values_.data; }
  /// The values, mutable.
  [[nodiscard]] float* data() noexcept { return values_.data; }
  /// Number of values: n_mels() times n_frames().
  [[nodiscard]] std::size_t size() const noexcept { return values_.n_mels * values_.n_frames; }
  /// Whether there are none.
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  /// Number of rows: the mel bands, the cepstral coefficients, or the bands and the energy.
  [[nodiscard]] std::size_t n_mels() const noexcept { return values_.n_mels; }
  /// Number of frames.
  [[nodiscard]] std::size_t n_frames() const noexcept { return values_.n_frames; }
  /// (n_mels, n_frames) or (n_frames, n_mels), row-major.
  [[nodiscard]] Layout layout() const noexcept { return layout_; }

  /// The first value.
  [[nodiscard]] const float* begin() const noexcept { return data(); }
  /// One past the last value.
  [[nodiscard]] const float* end() const noexcept { return data() + size(); }
  /// The first value, mutable.
  [[nodiscard]] float* begin() noexcept { return data(); }
  /// One past the last value.
  [[nodiscard]] float* end() noexcept { return data() + size(); }

  /// Row i of the matrix in memory: the n_frames() values of band i, or the n_mels() values of frame i if
  /// layout() is `frame_major`.
  /// @throws Error `argument` if there is no such row.
  [[nodiscard]] span<const float> row(std::size_t i) const {
    return {values_.data + row_start(i), row_length()};
  }
  /// Row i, mutable.
  /// @throws Error `argument` if there is no such row.
  [[nodiscard]] span<float> row(std::size_t i) { return {values_.data + row_start(i), row_length()}; }

  /// The value of a band in a frame, whatever the layout.
  /// @throws Error `argument` if there is no such band or frame.
  [[nodiscard]] const float& operator()(std::size_t mel, std::size_t frame) const {
    return values_.data[place(mel, frame)];
  }
  /// The value of a band in a frame, mutable.
  /// @throws Error `argument` if there is no such band or frame.
  [[nodiscard]] float& operator()(std::size_t mel, std::size_t frame) {
    return values_.data[place(mel, frame)];
  }

  /// Swaps two spectrograms.
  void swap(MelSpectrogram& other) noexcept {
    std::swap(values_, other.values_);
    std::swap(layout_, other.layout_);
  }
  /// Swaps two spectrograms.
  friend void swap(MelSpectrogram& a, MelSpectrogram& b) noexcept { a.swap(b); }

 private:
  friend class MelExtractor;
  friend class MelStream;

  MelSpectrogram(const detail::Values& values, Layout layout) noexcept
      : values_(values), layout_(layout) {}

  [[nodiscard]] std::size_t row_length() const noexcept {
    return layout_ == Layout::mel_major ? n_frames() : n_mels();
  }

  [[nodiscard]] std::size_t row_start(std::size_t i) const {
    const std::size_t rows = layout_ == Layout::mel_major ? n_mels() : n_frames();
    if (i >= rows) {
      throw detail::Failure::of_number("row", "less than " + std::to_string(rows), i);
    }
    return i * row_length();
  }

  [[nodiscard]] std::size_t place(std::size_t mel, std::size_t frame) const {
    if (mel >= n_mels() || frame >= n_frames()) {
      const bool is_band = mel >= n_mels();
      throw detail::Failure::of_number(is_band ? "mel" : "frame",
                                       "less than " + std::to_string(is_band ? n_mels() : n_frames()),
                                       is_band ? mel : frame);
    }
    return layout_ == Layout::mel_major ? mel * n_frames() + frame : frame * n_mels() + mel;
  }

  detail::Values values_;
  Layout layout_ = Layout::mel_major;
};

}  // namespace mojo_audio

#endif
