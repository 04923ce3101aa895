// Calls of the C++ library, as in a user's program: "whisper", or "stream", which pushes to one stream.
// ../README.md describes the lines that a measured program reads and answers.

#include <chrono>
#include <cstddef>
#include <exception>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <mojo_audio.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

std::vector<float> read(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  std::vector<float> samples(file ? static_cast<std::size_t>(file.tellg()) / sizeof(float) : 0);
  file.seekg(0);
  file.read(reinterpret_cast<char*>(samples.data()),
            static_cast<std::streamsize>(samples.size() * sizeof(float)));
  if (!file) {
    throw std::runtime_error(path + ": can't be read");
  }
  return samples;
}

void save(const mojo_audio::MelSpectrogram& mel, const std::string& path) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(mel.data()),
             static_cast<std::streamsize>(mel.size() * sizeof(float)));
  if (!file.flush()) {
    throw std::runtime_error(path + ": can't be written");
  }
}

using Compute = std::function<mojo_audio::MelSpectrogram(const std::vector<float>&)>;

void serve(const std::string& folder, const Compute& compute) {
  using Clock = std::chrono::steady_clock;
  std::cout << "ready checkout" << std::endl;
  std::map<std::string, std::vector<float>> clips;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string command, clip, argument;
    words >> command >> clip >> std::ws;
    std::getline(words, argument);
    if (clips.count(clip) == 0) {
      clips[clip] = read(folder + "/" + clip + ".f32");
    }
    const std::vector<float>& samples = clips[clip];
    if (command == "time") {
      for (int i = 0, n = std::stoi(argument); i < n; ++i) {
        const auto start = Clock::now();
        {
          const mojo_audio::MelSpectrogram mel = compute(samples);
        }
        const std::chrono::nanoseconds time = Clock::now() - start;
        std::cout << (i == 0 ? "" : " ") << time.count();
      }
    } else if (command == "save") {
      const mojo_audio::MelSpectrogram mel = compute(samples);
      save(mel, argument);
      std::cout << mel.n_mels() << ' ' << mel.n_frames();
    } else {
      throw std::runtime_error("no command: " + line);
    }
    std::cout << std::endl;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "wanted: NAME FOLDER THREADS\n";
    return 2;
  }
  try {
    mojo_audio::MelConfig config = mojo_audio::MelConfig::whisper();
    if (std::string(argv[1]) == "stream") {
      config.reference = mojo_audio::Reference::none;
      mojo_audio::MelStream stream = mojo_audio::MelExtractor(config).stream();
      serve(argv[2], [&](const std::vector<float>& samples) { return stream.push(samples); });
    } else {
      const mojo_audio::MelExtractor extractor(config);
      serve(argv[2], [&](const std::vector<float>& samples) { return extractor.compute(samples); });
    }
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
