/// @file
/// What can be refused, and how that is told: by an exception or in a result.

#ifndef MOJO_AUDIO_ERROR_HPP
#define MOJO_AUDIO_ERROR_HPP

#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#if __has_include(<version>)
#include <version>
#endif

#ifdef __cpp_lib_expected
#include <expected>
#endif

// What a program shares with the library and with its own shared objects. Functions whose result has
// another type in another standard get another symbol there: so translation units of different
// standards can be linked together.
#if defined(__GNUC__)
#define MOJO_AUDIO_API __attribute__((visibility("default")))
#ifdef __cpp_lib_expected
#define MOJO_AUDIO_RESULT __attribute__((abi_tag("expected")))
#else
#define MOJO_AUDIO_RESULT
#endif
#else
#define MOJO_AUDIO_API
#define MOJO_AUDIO_RESULT
#endif

namespace mojo_audio {

/// The kind of an error. The names are the same in every language; numbers are never used again.
enum class ErrorCode : std::uint8_t {
  config = 1,        ///< An option has a value that is not allowed, by itself or together with another.
  unknown_name = 2,  ///< There is no option or preset of that name.
  empty_input = 3,   ///< The input has no samples.
  sample = 4,        ///< A sample is not finite, or so large that its power can't be represented.
  buffer_size = 5,   ///< A buffer or a table of the caller's has the wrong length.
  allocation = 6,    ///< Memory was refused.
  finished = 7,      ///< The stream was finished and not reset.
  input = 8,         ///< An argument is no memory to read from or to write to, an index is out of range,
                     ///< or an object was moved from.
  internal = 9,      ///< A failure of the library itself: please report it with its text.
};

/// The name of a kind, such as `"config"`.
[[nodiscard]] constexpr const char* to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::config: return "config";
    case ErrorCode::unknown_name: return "unknown_name";
    case ErrorCode::empty_input: return "empty_input";
    case ErrorCode::sample: return "sample";
    case ErrorCode::buffer_size: return "buffer_size";
    case ErrorCode::allocation: return "allocation";
    case ErrorCode::finished: return "finished";
    case ErrorCode::input: return "input";
    case ErrorCode::internal: return "internal";
  }
  return "unknown";
}

/// Why something was refused. what() says which option, argument or sample it is about, what came and
/// what was wanted.
class MOJO_AUDIO_API Error : public std::runtime_error {
 public:
  /// An error of a kind with a text.
  Error(ErrorCode code, const std::string& text) : std::runtime_error(text), code_(code) {}

  /// Its kind.
  [[nodiscard]] ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

#if defined(__cpp_lib_expected) && !defined(MOJO_AUDIO_DOXYGEN)

template <class T>
using Result = std::expected<T, Error>;

#else

/// A value or the error that stands in its place: `std::expected<T, Error>` where the compiler has it
/// (C++23), this class else.
///
/// They differ in one thing: where there is no value, value() throws the Error itself here, and
/// `std::bad_expected_access<Error>` there.
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;      ///< What it holds.
  using error_type = Error;  ///< What it holds in its place.

  /// A value.
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  /// An error.
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  /// Whether there is a value.
  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
  /// Whether there is a value.
  [[nodiscard]] explicit operator bool() const noexcept { return has_value(); }

  /// The value. @throws Error if there is none.
  [[nodiscard]] T& value() & { return check(), *std::get_if<0>(&state_); }
  /// The value. @throws Error if there is none.
  [[nodiscard]] const T& value() const& { return check(), *std::get_if<0>(&state_); }
  /// The value, to be moved. @throws Error if there is none.
  [[nodiscard]] T&& value() && { return check(), std::move(*std::get_if<0>(&state_)); }

  /// The value, which must be there.
  [[nodiscard]] T& operator*() & noexcept { return *std::get_if<0>(&state_); }
  /// The value, which must be there.
  [[nodiscard]] const T& operator*() const& noexcept { return *std::get_if<0>(&state_); }
  /// The value, which must be there, to be moved.
  [[nodiscard]] T&& operator*() && noexcept { return std::move(*std::get_if<0>(&state_)); }
  /// Members of the value, which must be there.
  [[nodiscard]] T* operator->() noexcept { return std::get_if<0>(&state_); }
  /// Members of the value, which must be there.
  [[nodiscard]] const T* operator->() const noexcept { return std::get_if<0>(&state_); }

  /// The error, which must be there.
  [[nodiscard]] const Error& error() const& noexcept { return *std::get_if<1>(&state_); }
  /// The error, which must be there, to be moved.
  [[nodiscard]] Error&& error() && noexcept { return std::move(*std::get_if<1>(&state_)); }

 private:
  void check() const {
    if (!has_value()) {
      throw error();
    }
  }

  std::variant<T, Error> state_;
};

/// Nothing, or the error that stands in its place.
template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;   ///< It holds nothing.
  using error_type = Error;  ///< What it holds in its place.

  /// Success.
  Result() noexcept = default;
  /// An error.
  Result(Error error) : state_(std::move(error)) {}

  /// Whether all went well.
  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
  /// Whether all went well.
  [[nodiscard]] explicit operator bool() const noexcept { return has_value(); }
  /// Nothing. @throws Error if there is one.
  void value() const {
    if (!has_value()) {
      throw error();
    }
  }
  /// The error, which must be there.
  [[nodiscard]] const Error& error() const& noexcept { return *std::get_if<1>(&state_); }
  /// The error, which must be there, to be moved.
  [[nodiscard]] Error&& error() && noexcept { return std::move(*std::get_if<1>(&state_)); }

 private:
  std::variant<std::monostate, Error> state_;
};

#endif

}  // namespace mojo_audio

#endif
