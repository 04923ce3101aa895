/// @file
/// The functions of the library that the classes call. They are not for programs, and may change at any time.

#ifndef MOJO_AUDIO_DETAIL_HPP
#define MOJO_AUDIO_DETAIL_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <mojo_audio/error.hpp>

namespace mojo_audio {

struct MelConfig;
struct Tables;

/// @cond
namespace bridge {

struct Batch;
struct Extractor;
struct Stream;

}  // namespace bridge

// Only plain types cross the library's border, never an exception: the classes throw in the program's code.
namespace detail {

// Why a call failed. It is on the caller's stack, so that it can report a failed allocation.
struct Failure {
  ErrorCode code;
  bool has_index;
  std::size_t index;
  // Lengths of the error's text and of its parts, which follow it; `known` are names, each with a line feed behind.
  std::size_t length, field, value, expected, known, closest;
  char text[4096];

  [[nodiscard]] Error error() const {
    Error error(code, std::string(text, length));
    const char* part = text + length;
    const auto next = [&part](std::size_t size) { return std::string_view(std::exchange(part, part + size), size); };
    ErrorParts parts;
    parts.field = next(field);
    parts.value = next(value);
    parts.expected = next(expected);
    for (std::string_view names = next(known); !names.empty();) {
      const std::size_t end = names.find('\n');
      if (end == std::string_view::npos) {
        break;  // It was cut.
      }
      parts.known.emplace_back(names.substr(0, end));
      names.remove_prefix(end + 1);
    }
    parts.closest = next(closest);
    if (has_index) {
      parts.index = index;
    }
    error.parts_ = std::make_shared<const ErrorParts>(std::move(parts));
    return error;
  }

  // For a number that is not allowed.
  [[nodiscard]] static Error of_number(const std::string& field, const std::string& expected, std::size_t given) {
    ErrorParts parts;
    parts.field = field;
    parts.value = std::to_string(given);
    parts.expected = expected;
    Error error(ErrorCode::argument, field + " must be " + expected + ", got " + parts.value);
    error.parts_ = std::make_shared<const ErrorParts>(std::move(parts));
    return error;
  }

  // The same error, for a clip of a batch.
  [[nodiscard]] static Error of_clip(const Error& cause, std::size_t clip) {
    Error error(cause.code(), "clip " + std::to_string(clip) + ": " + cause.what());
    ErrorParts parts = cause.parts_ ? *cause.parts_ : ErrorParts();
    parts.clip = clip;
    error.parts_ = std::make_shared<const ErrorParts>(std::move(parts));
    return error;
  }
};

// A result's memory.
struct Values {
  float* data = nullptr;
  std::size_t capacity = 0;
  std::size_t n_mels = 0;
  std::size_t n_frames = 0;
};

template <class T>
Result<T> refused(Error error) {
#ifdef __cpp_lib_expected
  return std::unexpected(std::move(error));
#else
  return error;
#endif
}

template <class T>
Result<T> refused(const Failure& failure) {
  return refused<T>(failure.error());
}

// The value of a result; throws its error.
template <class T>
T unwrap(Result<T>&& result) {
  if (!result) {
    throw std::move(result).error();
  }
  if constexpr (!std::is_void_v<T>) {
    return *std::move(result);
  }
}

// Functions that return a bool or a pointer fill `failure` if that is false or null.
MOJO_AUDIO_API bool config_preset(const char* name, std::size_t length, MelConfig& config,
                                  Failure& failure) noexcept;
MOJO_AUDIO_API bool config_from_json(const char* json, std::size_t length, MelConfig& config,
                                     Failure& failure) noexcept;
// `n_rows` is the room of both, and becomes the number of rows of the file.
MOJO_AUDIO_API bool row_statistics(const char* file, std::size_t length, float* mean, float* scale,
                                   std::size_t& n_rows, Failure& failure) noexcept;
MOJO_AUDIO_API bool config_set(MelConfig& config, const char* option, std::size_t option_length,
                               const char* value, std::size_t value_length, Failure& failure) noexcept;
MOJO_AUDIO_API bool config_get(const MelConfig& config, const char* option, std::size_t length,
                               Failure& text) noexcept;
MOJO_AUDIO_API bool config_check(const MelConfig& config, Failure& failure) noexcept;

MOJO_AUDIO_API bridge::Extractor* extractor_new(const MelConfig& config, const Tables& tables,
                                                Failure& failure) noexcept;
MOJO_AUDIO_API void extractor_free(bridge::Extractor* extractor) noexcept;
MOJO_AUDIO_API bool extractor_config(const bridge::Extractor* extractor, MelConfig& config,
                                     Failure& failure) noexcept;
MOJO_AUDIO_API std::size_t extractor_n_mels(const bridge::Extractor* extractor) noexcept;
MOJO_AUDIO_API std::size_t extractor_frame_count(const bridge::Extractor* extractor,
                                                 std::size_t n_samples) noexcept;
MOJO_AUDIO_API std::size_t extractor_valid_frames(const bridge::Extractor* extractor,
                                                  std::size_t n_samples) noexcept;
MOJO_AUDIO_API std::size_t extractor_working_memory(const bridge::Extractor* extractor) noexcept;
MOJO_AUDIO_API std::size_t extractor_empty_filters(const bridge::Extractor* extractor,
                                                   std::size_t* filters, std::size_t room) noexcept;
MOJO_AUDIO_API bool extractor_filterbank(const bridge::Extractor* extractor, float* weights,
                                         std::size_t n_weights, Failure& failure) noexcept;
MOJO_AUDIO_API bool extractor_compute(const bridge::Extractor* extractor, const float* samples,
                                      std::size_t n_samples, Values& values, Failure& failure) noexcept;
MOJO_AUDIO_API bool extractor_compute(const bridge::Extractor* extractor, const std::int16_t* samples,
                                      std::size_t n_samples, Values& values, Failure& failure) noexcept;
MOJO_AUDIO_API bool extractor_compute_into(const bridge::Extractor* extractor, const float* samples,
                                           std::size_t n_samples, float* out, std::size_t room,
                                           std::size_t& n_frames, Failure& failure) noexcept;
MOJO_AUDIO_API bool extractor_compute_into(const bridge::Extractor* extractor,
                                           const std::int16_t* samples, std::size_t n_samples,
                                           float* out, std::size_t room, std::size_t& n_frames,
                                           Failure& failure) noexcept;

// Whether a pointer can be to that number of samples.
MOJO_AUDIO_API bool check_clip(const float* samples, std::size_t n_samples, Failure& failure) noexcept;
MOJO_AUDIO_API bool check_clip(const std::int16_t* samples, std::size_t n_samples,
                               Failure& failure) noexcept;
// Clips of another length than 0 have passed check_clip.
MOJO_AUDIO_API bridge::Batch* batch_new(const bridge::Extractor* extractor, const float* const* clips,
                                        const std::size_t* lengths, std::size_t n_clips,
                                        std::size_t n_threads, Failure& failure) noexcept;
MOJO_AUDIO_API bridge::Batch* batch_new(const bridge::Extractor* extractor,
                                        const std::int16_t* const* clips, const std::size_t* lengths,
                                        std::size_t n_clips, std::size_t n_threads,
                                        Failure& failure) noexcept;
MOJO_AUDIO_API void batch_free(bridge::Batch* batch) noexcept;
MOJO_AUDIO_API bool batch_next(bridge::Batch* batch, Values& values, Failure& failure) noexcept;

MOJO_AUDIO_API bridge::Stream* stream_new(const bridge::Extractor* extractor, Failure& failure) noexcept;
MOJO_AUDIO_API void stream_free(bridge::Stream* stream) noexcept;
MOJO_AUDIO_API std::size_t stream_n_mels(const bridge::Stream* stream) noexcept;
MOJO_AUDIO_API std::size_t stream_frames_after(const bridge::Stream* stream,
                                               std::size_t n_samples) noexcept;
MOJO_AUDIO_API std::size_t stream_frames_at_finish(const bridge::Stream* stream) noexcept;
MOJO_AUDIO_API bool stream_push(bridge::Stream* stream, const float* samples, std::size_t n_samples,
                                Values& values, Failure& failure) noexcept;
MOJO_AUDIO_API bool stream_push(bridge::Stream* stream, const std::int16_t* samples,
                                std::size_t n_samples, Values& values, Failure& failure) noexcept;
MOJO_AUDIO_API bool stream_push_into(bridge::Stream* stream, const float* samples,
                                     std::size_t n_samples, float* out, std::size_t room,
                                     std::size_t& n_frames, Failure& failure) noexcept;
MOJO_AUDIO_API bool stream_push_into(bridge::Stream* stream, const std::int16_t* samples,
                                     std::size_t n_samples, float* out, std::size_t room,
                                     std::size_t& n_frames, Failure& failure) noexcept;
MOJO_AUDIO_API bool stream_finish(bridge::Stream* stream, Values& values, Failure& failure) noexcept;
MOJO_AUDIO_API bool stream_finish_into(bridge::Stream* stream, float* out, std::size_t room,
                                       std::size_t& n_frames, Failure& failure) noexcept;
MOJO_AUDIO_API void stream_reset(bridge::Stream* stream) noexcept;

MOJO_AUDIO_API void values_free(float* data, std::size_t capacity) noexcept;

// Owns a handle and frees it.
template <class T, void (*free_handle)(T*) noexcept>
class Handle {
 public:
  Handle() noexcept = default;
  explicit Handle(T* handle) noexcept : handle_(handle) {}
  Handle(Handle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    Handle taken(std::move(other));
    std::swap(handle_, taken.handle_);
    return *this;
  }
  ~Handle() {
    if (handle_) {
      free_handle(handle_);
    }
  }

  [[nodiscard]] T* get() const noexcept { return handle_; }

 private:
  T* handle_ = nullptr;
};

}  // namespace detail
/// @endcond

}  // namespace mojo_audio

#endif
