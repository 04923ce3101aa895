/// @file
/// Errors, as an exception or in a result.

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

// The symbols that a program shares with the library and with its own shared objects. Functions whose result
// type depends on the C++ standard get a symbol for each type, so that translation units of different
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

/// The kind of an error. The names are the same in every language. Numbers are never reused.
enum class ErrorCode : std::uint8_t {
  config = 1,        ///< An option's value is not allowed, alone or together with another option.
  unknown_name = 2,  ///< No option or preset has that name.
  empty_input = 3,   ///< The input has no samples.
  sample = 4,        ///< A sample is not finite, or so large that its power can't be represented.
  buffer_size = 5,   ///< The caller's buffer or table has the wrong length.
  allocation = 6,    ///< An allocation failed.
  finished = 7,      ///< The stream was finished and not reset.
  input = 8,         ///< An argument is not memory to read from or write to, an index is out of range, or
                     ///< an object was moved from.
  internal = 9,      ///< The library itself failed: please report it with its text.
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

/// An error. what() says which option, argument or sample is wrong, what it is and what is allowed.
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

/// A value or an error: `std::expected<T, Error>` if the compiler has it (C++23), otherwise this class.
///
/// They differ in one thing: without a value, value() throws the Error itself here, and
/// `std::bad_expected_access<Error>` in `std::expected`.
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;      ///< Type of the value.
  using error_type = Error;  ///< Type of the error.

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
  /// The value, to move from. @throws Error if there is none.
  [[nodiscard]] T&& value() && { return check(), std::move(*std::get_if<0>(&state_)); }

  /// The value, which must exist.
  [[nodiscard]] T& operator*() & noexcept { return *std::get_if<0>(&state_); }
  /// The value, which must exist.
  [[nodiscard]] const T& operator*() const& noexcept { return *std::get_if<0>(&state_); }
  /// The value, which must exist, to move from.
  [[nodiscard]] T&& operator*() && noexcept { return std::move(*std::get_if<0>(&state_)); }
  /// Members of the value, which must exist.
  [[nodiscard]] T* operator->() noexcept { return std::get_if<0>(&state_); }
  /// Members of the value, which must exist.
  [[nodiscard]] const T* operator->() const noexcept { return std::get_if<0>(&state_); }

  /// The error, which must exist.
  [[nodiscard]] const Error& error() const& noexcept { return *std::get_if<1>(&state_); }
  /// The error, which must exist, to move from.
  [[nodiscard]] Error&& error() && noexcept { return std::move(*std::get_if<1>(&state_)); }

 private:
  void check() const {
    if (!has_value()) {
      throw error();
    }
  }

  std::variant<T, Error> state_;
};

/// Success or an error.
template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;   ///< There is no value.
  using error_type = Error;  ///< Type of the error.

  /// Success.
  Result() noexcept = default;
  /// An error.
  Result(Error error) : state_(std::move(error)) {}

  /// Whether it is a success.
  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
  /// Whether it is a success.
  [[nodiscard]] explicit operator bool() const noexcept { return has_value(); }
  /// Does nothing. @throws Error if there is one.
  void value() const {
    if (!has_value()) {
      throw error();
    }
  }
  /// The error, which must exist.
  [[nodiscard]] const Error& error() const& noexcept { return *std::get_if<1>(&state_); }
  /// The error, which must exist, to move from.
  [[nodiscard]] Error&& error() && noexcept { return std::move(*std::get_if<1>(&state_)); }

 private:
  std::variant<std::monostate, Error> state_;
};

#endif

}  // namespace mojo_audio

#endif
