// One translation unit of several; UNIT is the name of its function.

#include <mojo_audio.hpp>
#include <mojo_audio/stream.hpp>

#include "units.hpp"
#include "units.hpp"

namespace {

mojo_audio::MelSpectrogram compute(const mojo_audio::MelExtractor& extractor, const float* samples,
                                   std::size_t n_samples) {
  return extractor.compute(mojo_audio::span<const float>(samples, n_samples));
}

mojo_audio::ErrorCode try_code(const mojo_audio::MelExtractor& extractor) {
  const mojo_audio::Result<mojo_audio::MelSpectrogram> result =
      extractor.try_compute(mojo_audio::span<const std::int16_t>());
  return result.has_value() ? mojo_audio::ErrorCode::internal : result.error().code();
}

}  // namespace

Unit UNIT() { return {__cplusplus, compute, try_code}; }
