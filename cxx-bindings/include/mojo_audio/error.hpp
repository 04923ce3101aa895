/// @file
/// Errors, as an exception or in a result.

#ifndef MOJO_AUDIO_ERROR_HPP
#define MOJO_AUDIO_ERROR_HPP

#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#if __has_include(<version>)
#include <version>
#endif

#ifdef __cpp_lib_expected
#include <expected>
#endif

#include <mojo_audio/error_code.hpp>

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

/// @cond
namespace detail {

struct Failure;

// What an error says besides its text.
struct ErrorParts {
  std::string field, value, expected, closest;
  std::vector<std::string> known;
  std::optional<std::size_t> index, clip;
};

}  // namespace detail
/// @endcond

/// An error. what() says which option, argument or sample is wrong, what it is and what is allowed; the other
/// members have the parts of that text.
class MOJO_AUDIO_API Error : public std::runtime_error {
 public:
  /// An error of a kind with a text.
  Error(ErrorCode code, const std::string& text) : std::runtime_error(text), code_(code) {}

  /// Its kind.
  [[nodiscard]] ErrorCode code() const noexcept { return code_; }

  /// Name of the option, argument or buffer that is wrong; `option` or `preset` for an unknown name. Empty if the
  /// error is about none of them.
  [[nodiscard]] std::string_view field() const noexcept {
    return parts_ ? std::string_view(parts_->field) : std::string_view();
  }

  /// What was given, as text: the option's value, the unknown name, the sample, the number of values that the buffer
  /// has, or the bytes that could not be allocated. Empty if the error has none.
  [[nodiscard]] std::string_view value() const noexcept {
    return parts_ ? std::string_view(parts_->value) : std::string_view();
  }

  /// What is allowed, as text: the option's values (`at least 1`), the number of values that the buffer must have, or
  /// for a sample the largest magnitude that is always accepted. Empty if the error has none; for a name see known().
  [[nodiscard]] std::string_view expected() const noexcept {
    return parts_ ? std::string_view(parts_->expected) : std::string_view();
  }

  /// The names to choose from, if the error is about a name that is none of them: of options, of presets, or of an
  /// option's choices. Empty otherwise. Valid as long as the error.
  ///
  /// @code
  /// catch (const mojo_audio::Error& error) {
  ///   for (const std::string& name : error.known()) std::cerr << name << '\n';
  /// }
  /// @endcode
  [[nodiscard]] const std::vector<std::string>& known() const noexcept {
    static const std::vector<std::string> none;
    return parts_ ? parts_->known : none;
  }

  /// The name in known() that is most like the one that was given: `whisper` for the preset `wisper`. Empty if none
  /// is much like it.
  [[nodiscard]] std::string_view closest() const noexcept {
    return parts_ ? std::string_view(parts_->closest) : std::string_view();
  }

  /// Index of the wrong sample in the input (in a stream: since its start), if the error is about a sample.
  [[nodiscard]] std::optional<std::size_t> index() const noexcept {
    return parts_ ? parts_->index : std::nullopt;
  }

  /// Index of the clip, if MelExtractor::compute_batch() threw the error for one.
  [[nodiscard]] std::optional<std::size_t> clip() const noexcept {
    return parts_ ? parts_->clip : std::nullopt;
  }

 private:
  friend struct detail::Failure;

  ErrorCode code_;
  // Shared, so that copying an error can't fail.
  std::shared_ptr<const detail::ErrorParts> parts_;
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
  [[nodiscard]] T& value() & { return check(), std::get<0>(state_); }
  /// The value. @throws Error if there is none.
  [[nodiscard]] const T& value() const& { return check(), std::get<0>(state_); }
  /// The value, to move from. @throws Error if there is none.
  [[nodiscard]] T&& value() && { return check(), std::move(std::get<0>(state_)); }

  /// The value, which must exist.
  [[nodiscard]] T& operator*() & noexcept { return std::get<0>(state_); }
  /// The value, which must exist.
  [[nodiscard]] const T& operator*() const& noexcept { return std::get<0>(state_); }
  /// The value, which must exist, to move from.
  [[nodiscard]] T&& operator*() && noexcept { return std::move(std::get<0>(state_)); }
  /// Members of the value, which must exist.
  [[nodiscard]] T* operator->() noexcept { return std::addressof(**this); }
  /// Members of the value, which must exist.
  [[nodiscard]] const T* operator->() const noexcept { return std::addressof(**this); }

  /// The error, which must exist.
  [[nodiscard]] const Error& error() const& noexcept { return std::get<1>(state_); }
  /// The error, which must exist, to move from.
  [[nodiscard]] Error&& error() && noexcept { return std::move(std::get<1>(state_)); }

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
  [[nodiscard]] const Error& error() const& noexcept { return std::get<1>(state_); }
  /// The error, which must exist, to move from.
  [[nodiscard]] Error&& error() && noexcept { return std::move(std::get<1>(state_)); }

 private:
  std::variant<std::monostate, Error> state_;
};

#endif

}  // namespace mojo_audio

#endif
