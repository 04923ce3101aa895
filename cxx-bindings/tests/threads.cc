// One extractor in many threads, and errors that cross from one thread to another.

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstring>
#include <exception>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <mojo_audio.hpp>

namespace {

using mojo_audio::Error;
using mojo_audio::ErrorCode;
using mojo_audio::MelConfig;
using mojo_audio::MelExtractor;
using mojo_audio::MelSpectrogram;
using mojo_audio::MelStream;

std::vector<float> wave(std::size_t n) {
  std::vector<float> samples(n);
  for (std::size_t i = 0; i < n; ++i) {
    samples[i] = 0.3F * std::sin(static_cast<float>(i % 1000) * 0.37F);
  }
  return samples;
}

bool same(const MelSpectrogram& a, const MelSpectrogram& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

TEST(Threads, ShareAnExtractor) {
  const MelExtractor extractor;
  const std::vector<float> samples = wave(16000);
  const MelSpectrogram wanted = extractor.compute(samples);
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      std::vector<float> out(wanted.size());
      for (int round = 0; round < 10; ++round) {
        const MelSpectrogram mel = extractor.compute(samples);
        extractor.compute_into(samples, out);
        good += same(mel, wanted) && std::memcmp(out.data(), mel.data(), mel.size() * sizeof(float)) == 0;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(good, 80);
}

TEST(Threads, BatchesRunAtOnce) {
  const MelExtractor extractor;
  const std::vector<std::vector<float>> clips = {wave(4000), wave(9000), wave(100), wave(16000)};
  std::vector<std::future<std::vector<MelSpectrogram>>> batches;
  for (int i = 0; i < 3; ++i) {
    batches.push_back(std::async(std::launch::async, [&] { return extractor.compute_batch(clips, 3); }));
  }
  for (auto& batch : batches) {
    const std::vector<MelSpectrogram> results = batch.get();
    for (std::size_t i = 0; i < clips.size(); ++i) {
      EXPECT_TRUE(same(results.at(i), extractor.compute(clips[i])));
    }
  }
}

TEST(Threads, ErrorsCrossThem) {
  const MelExtractor extractor;
  std::vector<float> samples = wave(4000);
  samples[77] = INFINITY;
  auto failing = std::async(std::launch::async, [&] { return extractor.compute(samples); });
  try {
    (void)failing.get();
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::sample);
    EXPECT_NE(std::string(error.what()).find("sample 77 must be finite"), std::string::npos) << error.what();
  }
  std::exception_ptr kept;
  std::thread([&] {
    try {
      (void)extractor.stream();
    } catch (...) {
      kept = std::current_exception();
    }
  }).join();
  ASSERT_TRUE(kept);
  EXPECT_THROW(std::rethrow_exception(kept), Error);
}

TEST(Threads, ErrorsOfOneLeaveTheOthersAlone) {
  const MelExtractor extractor;
  const std::vector<float> samples = wave(4000);
  std::atomic<int> refused{0};
  std::atomic<int> computed{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < 50; ++round) {
        try {
          computed += extractor.compute(t % 2 ? samples : std::vector<float>()).n_frames() == 25;
        } catch (const Error& error) {
          refused += error.code() == ErrorCode::empty_input;
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(refused, 100);
  EXPECT_EQ(computed, 100);
}

TEST(Threads, StreamsMoveBetweenThem) {
  MelConfig config = MelConfig::whisper();
  config.reference = mojo_audio::Reference::none;
  const MelExtractor extractor(config);
  const std::vector<float> samples = wave(4000);
  MelStream stream = extractor.stream();
  std::size_t n_frames = stream.push(samples).n_frames();
  auto rest = std::async(std::launch::async, [moved = std::move(stream)]() mutable { return moved.finish(); });
  n_frames += rest.get().n_frames();
  EXPECT_EQ(n_frames, extractor.frame_count(4000));
}

}  // namespace
