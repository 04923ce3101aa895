// Windows of frames for a model, while audio arrives in chunks of any length: the loop around a microphone.
//
//     c++ -std=c++17 stream.cc $(pkg-config --cflags --libs mojo_audio_cxx) -o stream && ./stream ../data/speech.wav

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <numeric>
#include <utility>
#include <vector>

#include <mojo_audio.hpp>

#include "wav.hpp"

namespace {

using mojo_audio::span;

// Here a file takes the place of a sound card. Its chunks are as odd as those of real ones, and none ends the signal.
class Microphone {
 public:
  explicit Microphone(std::vector<std::int16_t> samples) : samples_(std::move(samples)) {}

  span<const std::int16_t> record() {
    static constexpr std::size_t lengths[] = {441, 160, 1, 1024, 7};
    const std::size_t n = std::min(lengths[turn_++ % 5], samples_.size() - at_);
    at_ += n;
    return {samples_.data() + at_ - n, n};
  }

 private:
  std::vector<std::int16_t> samples_;
  std::size_t at_ = 0;
  std::size_t turn_ = 0;
};

// Collects frames, one after the other, and runs the model on each window of them.
class Windows {
 public:
  void add(const mojo_audio::MelSpectrogram& mel) {
    for (std::size_t frame = 0; frame < mel.n_frames(); ++frame) {
      const span<const float> values = mel.row(frame);
      frames_.insert(frames_.end(), values.begin(), values.end());
      if (++filled_ == length) {
        run();
      }
    }
  }

  // Here the model would run. It gets `filled_` frames, fewer than `length` only at the end of the signal.
  void run() {
    if (filled_ == 0) {
      return;
    }
    const double sum = std::accumulate(frames_.begin(), frames_.end(), 0.0);
    const double mean = sum / static_cast<double>(frames_.size());
    ++n_windows;
    n_frames += filled_;
    n_values += frames_.size();
    total += sum;
    if (n_windows == 1 || mean > highest_) {
      highest_ = mean;
      loudest = n_windows;
    }
    frames_.clear();
    filled_ = 0;
  }

  std::size_t n_windows = 0, n_frames = 0, n_values = 0, loudest = 0;
  double total = 0;

 private:
  static constexpr std::size_t length = 100;

  std::vector<float> frames_;
  std::size_t filled_ = 0;
  double highest_ = 0;
};

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::fprintf(stderr, "usage: stream FILE.wav\n");
    return 2;
  }
  Microphone microphone(read_wav(argv[1]));
  auto config = mojo_audio::MelConfig::kaldi_fbank();
  config.layout = mojo_audio::Layout::frame_major;  // a frame after the other, as the model takes them
  mojo_audio::MelStream stream = mojo_audio::MelExtractor(config).stream();

  Windows windows;
  for (auto chunk = microphone.record(); chunk.size() > 0; chunk = microphone.record()) {
    windows.add(stream.push(chunk));
  }
  windows.add(stream.finish());
  windows.run();

  std::printf("%s: %zu frames in %zu windows, mean %.4f, loudest window %zu\n", file_name(argv[1]).c_str(),
              windows.n_frames, windows.n_windows, windows.total / static_cast<double>(windows.n_values),
              windows.loudest);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
