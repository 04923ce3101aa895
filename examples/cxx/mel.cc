// Whisper's mel spectrogram of a 16-bit mono WAV file.
//
//     c++ -std=c++17 mel.cc $(pkg-config --cflags --libs mojo_audio_cxx) -o mel && ./mel ../data/speech.wav

#include <algorithm>
#include <cstdio>
#include <exception>
#include <numeric>

#include <mojo_audio.hpp>

#include "wav.hpp"

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::fprintf(stderr, "usage: mel FILE.wav\n");
    return 2;
  }
  const mojo_audio::MelExtractor extractor(mojo_audio::MelConfig::whisper());
  const mojo_audio::MelSpectrogram mel = extractor.compute(read_wav(argv[1]));

  const double sum = std::accumulate(mel.begin(), mel.end(), 0.0);
  const float max = *std::max_element(mel.begin(), mel.end());
  std::printf("%s: %zu x %zu mel frames, mean %.4f, max %.4f\n", file_name(argv[1]).c_str(), mel.n_mels(),
              mel.n_frames(), sum / static_cast<double>(mel.size()), static_cast<double>(max));
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
