// A race on purpose: only one thread at a time can use a stream. ThreadSanitizer must report it, or its silence
// about the tests would mean nothing.

#include <atomic>
#include <thread>
#include <vector>

#include <mojo_audio.hpp>

int main() {
  auto config = mojo_audio::MelConfig::whisper();
  config.reference = mojo_audio::Reference::none;
  auto stream = mojo_audio::MelExtractor(config).stream();
  const std::vector<float> samples(1000);
  // Relaxed: what the thread has done is over when this one reads, but nothing says so.
  std::atomic<bool> is_done{false};
  std::thread pushing([&] {
    (void)stream.push(samples);
    is_done.store(true, std::memory_order_relaxed);
  });
  while (!is_done.load(std::memory_order_relaxed)) {
    std::this_thread::yield();
  }
  const bool has_frames = stream.frames_at_finish() > 0;
  pushing.join();
  return has_frames ? 0 : 1;
}
