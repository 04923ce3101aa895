/// @file
/// A view of values that stand together: the standard's where there is one.

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

/// A view of values that stand together in memory and belong to somebody else: `std::span` where the
/// compiler has it (C++20), this class else.
///
/// Made from vectors, arrays and all that has `data()` and `size()`, or from a pointer and a count.
template <class T>
class span {
 public:
  using element_type = T;                     ///< What it views.
  using value_type = std::remove_cv_t<T>;     ///< The same without `const`.
  using size_type = std::size_t;              ///< Counts.
  using difference_type = std::ptrdiff_t;     ///< Distances.
  using pointer = T*;                         ///< Where values are.
  using reference = T&;                       ///< One value.
  using iterator = T*;                        ///< Goes over the values.

  /// No values.
  constexpr span() noexcept = default;

  /// `size` values from `data` on.
  constexpr span(T* data, std::size_t size) noexcept : data_(data), size_(size) {}

  /// The values of an array.
  template <std::size_t N>
  constexpr span(T (&array)[N]) noexcept : data_(array), size_(N) {}

  /// The values of a container that keeps them together.
  template <class Container, class From = decltype(std::data(std::declval<Container&>())),
            class = std::enable_if_t<!std::is_array_v<Container> &&
                                     std::is_convertible_v<std::remove_pointer_t<From> (*)[], T (*)[]>>>
  constexpr span(Container& container) : data_(std::data(container)), size_(std::size(container)) {}

  /// The values of a container that keeps them together and may not be changed, or is temporary.
  template <class Container, class From = decltype(std::data(std::declval<const Container&>())),
            class = std::enable_if_t<!std::is_array_v<Container> &&
                                     std::is_convertible_v<std::remove_pointer_t<From> (*)[], T (*)[]>>>
  constexpr span(const Container& container)
      : data_(std::data(container)), size_(std::size(container)) {}

  /// Where the values are.
  [[nodiscard]] constexpr T* data() const noexcept { return data_; }
  /// How many there are.
  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
  /// Whether there are none.
  [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
  /// The first.
  [[nodiscard]] constexpr T* begin() const noexcept { return data_; }
  /// Behind the last.
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
