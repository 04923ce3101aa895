// The functions that the classes call. They check pointers and call the bridge.

#include <cstdint>
#include <limits>
#include <type_traits>

#include <mojo_audio.hpp>

#include "mojo-audio-cxx/src/bridge.rs.h"
#include "options.hpp"

namespace mojo_audio::detail {
namespace {

using Text = rust::Slice<std::uint8_t>;

Text text(Failure& failure) noexcept {
  return {reinterpret_cast<std::uint8_t*>(failure.text), sizeof failure.text};
}

// Whether a call succeeded; if not, why.
bool done(const bridge::Report& report, Failure& failure) noexcept {
  failure.length = report.length;
  if (report.code == 0) {
    return true;
  }
  failure.code = static_cast<ErrorCode>(report.code);
  failure.has_index = report.has_index;
  failure.index = report.index;
  failure.field = report.field;
  failure.value = report.value;
  failure.expected = report.expected;
  failure.known = report.known;
  failure.closest = report.closest;
  return false;
}

// A text assembled from pieces, cut if it is too long, and after it its parts: what it is about, what was given and
// what is allowed.
struct Refusal {
  Failure& failure;

  Refusal(Failure& place, ErrorCode code) noexcept : failure(place) {
    failure.code = code;
    failure.has_index = false;
    failure.length = failure.field = failure.value = failure.expected = failure.known = failure.closest = 0;
  }

  // Call it last. The parts are a text and a number, or two numbers, or are not there.
  template <class Value, class Expected>
  void with(const char* field, Value value, Expected expected) noexcept {
    const std::size_t length = failure.length;
    failure.field = put(field);
    failure.value = put(value);
    failure.expected = put(expected);
    failure.length = length;
  }

  template <class Part>
  std::size_t put(Part part) noexcept {
    const std::size_t before = failure.length;
    *this << part;
    return failure.length - before;
  }

  Refusal& operator<<(const char* piece) noexcept {
    for (; *piece && failure.length < sizeof failure.text; ++piece) {
      failure.text[failure.length++] = *piece;
    }
    return *this;
  }

  Refusal& operator<<(std::size_t number) noexcept {
    char digits[std::numeric_limits<std::size_t>::digits10 + 2];
    char* start = digits + sizeof digits;
    *--start = 0;
    do {
      *--start = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number > 0);
    return *this << start;
  }
};

std::uintptr_t address(const void* pointer) noexcept {
  return reinterpret_cast<std::uintptr_t>(pointer);
}

// Whether the pointer can be to that number of elements.
template <class T>
bool check(const char* what, T* data, std::size_t size, Failure& failure) noexcept {
  constexpr std::size_t most = PTRDIFF_MAX / sizeof(T);
  if (size == 0) {
    return true;
  }
  if (!data) {
    Refusal refusal(failure, ErrorCode::argument);
    refusal << what << " must point to " << size << " values, got a null pointer";
    refusal.with(what, "a null pointer", size);
    return false;
  }
  if (address(data) % alignof(T) != 0) {
    Refusal refusal(failure, ErrorCode::argument);
    refusal << what << " must be aligned to " << alignof(T) << " bytes";
    refusal.with(what, "", "");
    return false;
  }
  if (size > most || size * sizeof(T) > UINTPTR_MAX - address(data)) {
    Refusal refusal(failure, ErrorCode::argument);
    refusal << what << " must have at most " << most << " values, got " << size;
    refusal.with(what, size, most);
    return false;
  }
  return true;
}

template <class T>
bool check(const char* what, T* handle, Failure& failure) noexcept {
  if (!handle) {
    Refusal(failure, ErrorCode::argument) << "the " << what << " was moved from";
  }
  return handle != nullptr;
}

// Whether `out` has room for `expected` values and doesn't overlap the samples. Only the part that is written to
// counts.
template <class Sample>
bool check_out(const Sample* samples, std::size_t n_samples, float* out, std::size_t room,
               std::size_t expected, Failure& failure) noexcept {
  if (room < expected) {
    Refusal refusal(failure, ErrorCode::buffer_size);
    refusal << "out must have " << expected << " values, got " << room;
    refusal.with("out", room, expected);
    return false;
  }
  if (!check("out", out, expected, failure)) {
    return false;
  }
  if (address(out) < address(samples + n_samples) && address(samples) < address(out + expected)) {
    Refusal refusal(failure, ErrorCode::argument);
    refusal << "out must not overlap the samples";
    refusal.with("out", "", "");
    return false;
  }
  return true;
}

// Rows times frames; on overflow, more than any buffer can have.
std::size_t product(std::size_t a, std::size_t b) noexcept {
  const auto most = std::numeric_limits<std::size_t>::max();
  return b != 0 && a > most / b ? most : a * b;
}

// The bridge's type for some values. A pointer to none may be null.
template <class T>
rust::Slice<T> slice(T* data, std::size_t size) noexcept {
  return size == 0 ? rust::Slice<T>() : rust::Slice<T>(data, size);
}

rust::Slice<const std::uint8_t> bytes(const char* name, std::size_t length) noexcept {
  return slice(reinterpret_cast<const std::uint8_t*>(name), length);
}

// Calls the bridge and returns its values.
template <class Call>
bool give(Values& values, Failure& failure, Call call) noexcept {
  bridge::Values result{};
  if (!done(call(result, text(failure)), failure)) {
    return false;
  }
  values = {result.data, result.capacity, result.n_mels, result.n_frames};
  return true;
}

template <class Sample, class Function>
bool compute(const bridge::Extractor* extractor, const Sample* samples, std::size_t n_samples,
             Values& values, Failure& failure, Function function) noexcept {
  return check("MelExtractor", extractor, failure) && check("samples", samples, n_samples, failure) &&
         give(values, failure, [&](bridge::Values& result, Text place) {
           return function(*extractor, slice(samples, n_samples), result, place);
         });
}

template <class Sample, class Function>
bool compute_into(const bridge::Extractor* extractor, const Sample* samples, std::size_t n_samples,
                  float* out, std::size_t room, std::size_t& n_frames, Failure& failure,
                  Function function) noexcept {
  if (!check("MelExtractor", extractor, failure) || !check("samples", samples, n_samples, failure)) {
    return false;
  }
  const std::size_t expected =
      product(bridge::extractor_n_mels(*extractor), bridge::extractor_frame_count(*extractor, n_samples));
  return check_out(samples, n_samples, out, room, expected, failure) &&
         done(function(*extractor, slice(samples, n_samples), slice(out, expected), n_frames, text(failure)),
              failure);
}

}  // namespace

bool config_preset(const char* name, std::size_t length, MelConfig& config, Failure& failure) noexcept {
  bridge::Options options{};
  if (!done(bridge::config_preset(bytes(name, length), options, text(failure)), failure)) {
    return false;
  }
  config = bridge::to_config(options);
  return true;
}

bool config_from_json(const char* json, std::size_t length, MelConfig& config, Failure& failure) noexcept {
  bridge::Options options{};
  if (!done(bridge::config_from_json(bytes(json, length), options, text(failure)), failure)) {
    return false;
  }
  config = bridge::to_config(options);
  return true;
}

bool row_statistics(const char* file, std::size_t length, float* mean, float* scale, std::size_t& n_rows,
                    Failure& failure) noexcept {
  return done(bridge::row_statistics(bytes(file, length), slice(mean, n_rows), slice(scale, n_rows), n_rows,
                                     text(failure)),
              failure);
}

bool config_set(MelConfig& config, const char* option, std::size_t option_length, const char* value,
                std::size_t value_length, Failure& failure) noexcept {
  bridge::Options options = bridge::from_config(config);
  if (!done(bridge::config_set(options, bytes(option, option_length), bytes(value, value_length),
                               text(failure)),
            failure)) {
    return false;
  }
  config = bridge::to_config(options);
  return true;
}

bool config_get(const MelConfig& config, const char* option, std::size_t length, Failure& place) noexcept {
  return done(bridge::config_get(bridge::from_config(config), bytes(option, length), text(place)), place);
}

bool config_check(const MelConfig& config, Failure& failure) noexcept {
  return done(bridge::config_check(bridge::from_config(config), text(failure)), failure);
}

bridge::Extractor* extractor_new(const MelConfig& config, const Tables& tables,
                                 Failure& failure) noexcept {
  const auto& [window, filterbank, row_mean, row_scale] = tables;
  if (!check("window", window.data(), window.size(), failure) ||
      !check("filterbank", filterbank.data(), filterbank.size(), failure) ||
      !check("row_mean", row_mean.data(), row_mean.size(), failure) ||
      !check("row_scale", row_scale.data(), row_scale.size(), failure)) {
    return nullptr;
  }
  const auto table = [](span<const float> values) { return slice(values.data(), values.size()); };
  bridge::Report report{};
  bridge::Extractor* extractor =
      bridge::extractor_new(bridge::from_config(config), table(window), table(filterbank),
                            table(row_mean), table(row_scale), text(failure), report);
  done(report, failure);
  return extractor;
}

void extractor_free(bridge::Extractor* extractor) noexcept { bridge::extractor_free(extractor); }

bool extractor_config(const bridge::Extractor* extractor, MelConfig& config, Failure& failure) noexcept {
  if (!check("MelExtractor", extractor, failure)) {
    return false;
  }
  bridge::Options options{};
  if (!done(bridge::extractor_options(*extractor, options, text(failure)), failure)) {
    return false;
  }
  config = bridge::to_config(options);
  return true;
}

std::size_t extractor_n_mels(const bridge::Extractor* extractor) noexcept {
  return extractor ? bridge::extractor_n_mels(*extractor) : 0;
}

std::size_t extractor_frame_count(const bridge::Extractor* extractor, std::size_t n_samples) noexcept {
  return extractor ? bridge::extractor_frame_count(*extractor, n_samples) : 0;
}

std::size_t extractor_valid_frames(const bridge::Extractor* extractor, std::size_t n_samples) noexcept {
  return extractor ? bridge::extractor_valid_frames(*extractor, n_samples) : 0;
}

std::size_t extractor_working_memory(const bridge::Extractor* extractor) noexcept {
  return extractor ? bridge::extractor_working_memory(*extractor) : 0;
}

std::size_t extractor_empty_filters(const bridge::Extractor* extractor, std::size_t* filters,
                                    std::size_t room) noexcept {
  return extractor ? bridge::extractor_empty_filters(*extractor, slice(filters, room)) : 0;
}

bool extractor_filterbank(const bridge::Extractor* extractor, float* weights, std::size_t n_weights,
                          Failure& failure) noexcept {
  return check("MelExtractor", extractor, failure) &&
         done(bridge::extractor_filterbank(*extractor, slice(weights, n_weights), text(failure)), failure);
}

bool extractor_compute(const bridge::Extractor* extractor, const float* samples, std::size_t n_samples,
                       Values& values, Failure& failure) noexcept {
  return compute(extractor, samples, n_samples, values, failure, bridge::compute_f32);
}

bool extractor_compute(const bridge::Extractor* extractor, const std::int16_t* samples,
                       std::size_t n_samples, Values& values, Failure& failure) noexcept {
  return compute(extractor, samples, n_samples, values, failure, bridge::compute_i16);
}

bool extractor_compute_into(const bridge::Extractor* extractor, const float* samples,
                            std::size_t n_samples, float* out, std::size_t room, std::size_t& n_frames,
                            Failure& failure) noexcept {
  return compute_into(extractor, samples, n_samples, out, room, n_frames, failure,
                      bridge::compute_into_f32);
}

bool extractor_compute_into(const bridge::Extractor* extractor, const std::int16_t* samples,
                            std::size_t n_samples, float* out, std::size_t room, std::size_t& n_frames,
                            Failure& failure) noexcept {
  return compute_into(extractor, samples, n_samples, out, room, n_frames, failure,
                      bridge::compute_into_i16);
}

bool check_clip(const float* samples, std::size_t n_samples, Failure& failure) noexcept {
  return check("samples", samples, n_samples, failure);
}

bool check_clip(const std::int16_t* samples, std::size_t n_samples, Failure& failure) noexcept {
  return check("samples", samples, n_samples, failure);
}

bridge::Batch* batch_new(const bridge::Extractor* extractor, const float* const* clips,
                         const std::size_t* lengths, std::size_t n_clips, std::size_t n_threads,
                         Failure& failure) noexcept {
  if (!check("MelExtractor", extractor, failure)) {
    return nullptr;
  }
  bridge::Report report{};
  bridge::Batch* batch =
      bridge::batch_f32(*extractor, clips, slice(lengths, n_clips), n_threads, text(failure), report);
  done(report, failure);
  return batch;
}

bridge::Batch* batch_new(const bridge::Extractor* extractor, const std::int16_t* const* clips,
                         const std::size_t* lengths, std::size_t n_clips, std::size_t n_threads,
                         Failure& failure) noexcept {
  if (!check("MelExtractor", extractor, failure)) {
    return nullptr;
  }
  bridge::Report report{};
  bridge::Batch* batch =
      bridge::batch_i16(*extractor, clips, slice(lengths, n_clips), n_threads, text(failure), report);
  done(report, failure);
  return batch;
}

void batch_free(bridge::Batch* batch) noexcept { bridge::batch_free(batch); }

bool batch_next(bridge::Batch* batch, Values& values, Failure& failure) noexcept {
  return give(values, failure, [&](bridge::Values& result, Text place) {
    return bridge::batch_next(*batch, result, place);
  });
}

bridge::Stream* stream_new(const bridge::Extractor* extractor, Failure& failure) noexcept {
  if (!check("MelExtractor", extractor, failure)) {
    return nullptr;
  }
  bridge::Report report{};
  bridge::Stream* stream = bridge::stream_new(*extractor, text(failure), report);
  done(report, failure);
  return stream;
}

void stream_free(bridge::Stream* stream) noexcept { bridge::stream_free(stream); }

std::size_t stream_n_mels(const bridge::Stream* stream) noexcept {
  return stream ? bridge::stream_n_mels(*stream) : 0;
}

std::size_t stream_frames_after(const bridge::Stream* stream, std::size_t n_samples) noexcept {
  return stream ? bridge::stream_frames_after(*stream, n_samples) : 0;
}

std::size_t stream_frames_at_finish(const bridge::Stream* stream) noexcept {
  return stream ? bridge::stream_frames_at_finish(*stream) : 0;
}

namespace {

template <class Sample, class Function>
bool push(bridge::Stream* stream, const Sample* samples, std::size_t n_samples, Values& values,
          Failure& failure, Function function) noexcept {
  return check("MelStream", stream, failure) && check("samples", samples, n_samples, failure) &&
         give(values, failure, [&](bridge::Values& result, Text place) {
           return function(*stream, slice(samples, n_samples), result, place);
         });
}

template <class Sample, class Function>
bool push_into(bridge::Stream* stream, const Sample* samples, std::size_t n_samples, float* out,
               std::size_t room, std::size_t& n_frames, Failure& failure, Function function) noexcept {
  if (!check("MelStream", stream, failure) || !check("samples", samples, n_samples, failure)) {
    return false;
  }
  const std::size_t expected =
      product(bridge::stream_n_mels(*stream), bridge::stream_frames_after(*stream, n_samples));
  return check_out(samples, n_samples, out, room, expected, failure) &&
         done(function(*stream, slice(samples, n_samples), slice(out, expected), n_frames, text(failure)),
              failure);
}

}  // namespace

bool stream_push(bridge::Stream* stream, const float* samples, std::size_t n_samples, Values& values,
                 Failure& failure) noexcept {
  return push(stream, samples, n_samples, values, failure, bridge::push_f32);
}

bool stream_push(bridge::Stream* stream, const std::int16_t* samples, std::size_t n_samples,
                 Values& values, Failure& failure) noexcept {
  return push(stream, samples, n_samples, values, failure, bridge::push_i16);
}

bool stream_push_into(bridge::Stream* stream, const float* samples, std::size_t n_samples, float* out,
                      std::size_t room, std::size_t& n_frames, Failure& failure) noexcept {
  return push_into(stream, samples, n_samples, out, room, n_frames, failure, bridge::push_into_f32);
}

bool stream_push_into(bridge::Stream* stream, const std::int16_t* samples, std::size_t n_samples,
                      float* out, std::size_t room, std::size_t& n_frames, Failure& failure) noexcept {
  return push_into(stream, samples, n_samples, out, room, n_frames, failure, bridge::push_into_i16);
}

bool stream_finish(bridge::Stream* stream, Values& values, Failure& failure) noexcept {
  return check("MelStream", stream, failure) &&
         give(values, failure, [&](bridge::Values& result, Text place) {
           return bridge::stream_finish(*stream, result, place);
         });
}

bool stream_finish_into(bridge::Stream* stream, float* out, std::size_t room, std::size_t& n_frames,
                        Failure& failure) noexcept {
  if (!check("MelStream", stream, failure)) {
    return false;
  }
  const std::size_t expected =
      product(bridge::stream_n_mels(*stream), bridge::stream_frames_at_finish(*stream));
  return check_out<float>(nullptr, 0, out, room, expected, failure) &&
         done(bridge::stream_finish_into(*stream, slice(out, expected), n_frames, text(failure)), failure);
}

void stream_reset(bridge::Stream* stream) noexcept {
  if (stream) {
    bridge::stream_reset(*stream);
  }
}

void values_free(float* data, std::size_t capacity) noexcept { bridge::values_free(data, capacity); }

}  // namespace mojo_audio::detail
