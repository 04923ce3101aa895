// Hands features to whisper.cpp in place of those that it computes itself.
//
//     c++ -std=c++17 whisper.cc $(pkg-config --cflags --libs mojo_audio_cxx whisper) -o whisper
//     ./whisper ggml-base.en.bin ../data/speech.wav
//
// Without whisper.cpp, `-I stand-in stand-in/whisper.cc` in place of pkg-config's `whisper` compiles and
// links against declarations of the same types, which check and keep what they are handed.
//
// whisper_set_mel(ctx, data, n_len, n_mel) takes n_mel * n_len floats, mel-major: band j of frame i is
// data[j * n_len + i]. That is MelSpectrogram's layout `mel_major`, so nothing is turned or copied here.
// n_len counts frames of 10 ms; n_mel has to be the model's own number of bands, 80, or 128 for large-v3.
// The values are Whisper's: log10, not below the maximum less 8, then (x + 4) / 4.
//
// whisper.cpp appends 30 seconds of silence to every input, so that its encoder can read 3000 frames from any
// place: option `pad_end`. It then takes all of n_len for sound, unless `duration_ms` says where the sound ends.

#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <vector>

#include <mojo_audio.hpp>
#include <whisper.h>

#include "wav.hpp"

namespace {

// Bands of the model's encoder.
mojo_audio::MelConfig features_of(whisper_context* context) {
  auto config = mojo_audio::MelConfig::whisper();
  config.n_mels = static_cast<std::uint32_t>(whisper_model_n_mels(context));
  config.pad_end = 30 * 16000;
  return config;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) {
    std::fprintf(stderr, "usage: whisper MODEL FILE.wav\n");
    return 2;
  }
  const std::unique_ptr<whisper_context, void (*)(whisper_context*)> context(
      whisper_init_from_file_with_params(argv[1], whisper_context_default_params()), whisper_free);
  if (!context) {
    std::fprintf(stderr, "%s: no model of whisper.cpp\n", argv[1]);
    return 1;
  }
  const mojo_audio::MelExtractor extractor(features_of(context.get()));
  const std::vector<std::int16_t> samples = read_wav(argv[2]);
  const mojo_audio::MelSpectrogram mel = extractor.compute(samples);
  if (whisper_set_mel(context.get(), mel.data(), static_cast<int>(mel.n_frames()),
                      static_cast<int>(mel.n_mels())) != 0) {
    std::fprintf(stderr, "whisper.cpp has refused %zu bands\n", mel.n_mels());
    return 1;
  }
  // No samples: the features are there already.
  auto params = whisper_full_default_params(WHISPER_SAMPLING_GREEDY);
  params.duration_ms = static_cast<int>(samples.size() / 16);
  if (whisper_full(context.get(), params, nullptr, 0) != 0) {
    std::fprintf(stderr, "whisper.cpp has failed\n");
    return 1;
  }
  for (int i = 0; i < whisper_full_n_segments(context.get()); ++i) {
    std::printf("%s\n", whisper_full_get_segment_text(context.get(), i));
  }
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
