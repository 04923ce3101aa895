/// @file
/// A view of adjacent values: `std::span` if the standard library has it.

#ifndef MOJO_AUDIO_SPAN_HPP
#define MOJO_AUDIO_SPAN_HPP

#include <cstddef>
#include <iterator>
#include <type_traits>

#if __has_include(<version>)
#include <version>
#endif

#ifdef __cpp_lib_span
#include <span>
#endif

namespace mojo_audio {

#if defined(__cpp_lib_span) && !defined(MOJO_AUDIO_DOXYGEN)

template <class T>
using span = std::span<T>;

#else

/// A view of adjacent values that it doesn't own: `std::span` if the compiler has it (C++20), otherwise this
/// class.
///
/// Made from vectors, arrays, everything with `data()` and `size()`, or from a pointer and a count.
template <class T>
class span {
 public:
  using element_type = T;                     ///< Type of a value.
  using value_type = std::remove_cv_t<T>;     ///< The same without `const`.
  using size_type = std::size_t;              ///< Type of a count.
  using difference_type = std::ptrdiff_t;     ///< Type of a distance.
  using pointer = T*;                         ///< Pointer to a value.
  using reference = T&;                       ///< Reference to a value.
  using iterator = T*;                        ///< Visits the values.

  /// No values.
  constexpr span() noexcept = default;

  /// `size` values from `data` on.
  constexpr span(T* data, std::size_t size) noexcept : data_(data), size_(size) {}

  /// The values of an array.
  template <std::size_t N>
  constexpr span(T (&array)[N]) noexcept : data_(array), size_(N) {}

  /// The values of a container that stores them adjacently.
  template <class Container, class From = decltype(std::data(std::declval<Container&>())),
            class = std::enable_if_t<!std::is_array_v<Container> &&
                                     std::is_convertible_v<std::remove_pointer_t<From> (*)[], T (*)[]>>>
  constexpr span(Container& container) : data_(std::data(container)), size_(std::size(container)) {}

  /// The values of a constant or temporary container that stores them adjacently.
  template <class Container, class From = decltype(std::data(std::declval<const Container&>())),
            class = std::enable_if_t<!std::is_array_v<Container> &&
                                     std::is_convertible_v<std::remove_pointer_t<From> (*)[], T (*)[]>>>
  constexpr span(const Container& container)
      : data_(std::data(container)), size_(std::size(container)) {}

  /// Pointer to the first value.
  [[nodiscard]] constexpr T* data() const noexcept { return data_; }
  /// Number of values.
  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
  /// Whether there are none.
  [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
  /// The first.
  [[nodiscard]] constexpr T* begin() const noexcept { return data_; }
  /// One past the last.
  [[nodiscard]] constexpr T* end() const noexcept { return data_ + size_; }
  /// One of them; `index` is less than size().
  [[nodiscard]] constexpr T& operator[](std::size_t index) const { return data_[index]; }
  /// The first `count`, at most size().
  [[nodiscard]] constexpr span first(std::size_t count) const { return {data_, count}; }
  /// `count` from `offset` on; both together at most size().
  [[nodiscard]] constexpr span subspan(std::size_t offset, std::size_t count) const {
    return {data_ + offset, count};
  }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

#endif

}  // namespace mojo_audio

#endif
