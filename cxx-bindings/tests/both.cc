// A program that calls the classes, and the C functions too unless ONLY_CXX is defined.

#include <cstddef>
#include <cstdio>
#include <vector>

#include <mojo_audio.hpp>

#ifndef ONLY_CXX
extern "C" std::size_t frames_by_c(const float* samples, std::size_t n_samples);
#endif

int main() {
  const std::vector<float> samples(480000);
  const auto mel = mojo_audio::MelExtractor().compute(samples);
#ifdef ONLY_CXX
  const std::size_t n_frames = mel.n_frames();
#else
  const std::size_t n_frames = frames_by_c(samples.data(), samples.size());
#endif
  std::printf("%zu %zu\n", mel.n_frames(), n_frames);
}
