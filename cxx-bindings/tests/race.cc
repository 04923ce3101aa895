// A race on purpose: a stream is one thread's at a time. ThreadSanitizer has to see it, or its silence about
// the tests would say nothing.

#include <cstddef>
#include <thread>
#include <vector>

#include <mojo_audio.hpp>

int main() {
  auto config = mojo_audio::MelConfig::whisper();
  config.reference = mojo_audio::Reference::none;
  auto stream = mojo_audio::MelExtractor(config).stream();
  const std::vector<float> samples(400);
  std::thread pushing([&] {
    for (int i = 0; i < 100; ++i) {
      (void)stream.push(samples);
    }
  });
  std::size_t n_frames = 0;
  for (int i = 0; i < 100; ++i) {
    n_frames += stream.frames_at_finish();
  }
  pushing.join();
  return n_frames == 0;
}
