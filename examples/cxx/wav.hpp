// Reads 16-bit mono WAV files at 16 kHz on little-endian machines, and throws what is wrong with others.

#ifndef WAV_HPP
#define WAV_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

inline std::vector<std::int16_t> read_wav(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw std::runtime_error(path + ": cannot open the file");
  }
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto number = [&](std::size_t at, std::size_t n) {
    std::uint32_t value = 0;
    for (std::size_t i = n; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
  };
  if (bytes.compare(0, 4, "RIFF") != 0 || bytes.compare(8, 4, "WAVE") != 0) {
    throw std::runtime_error(path + " is not a WAV file");
  }
  bool is_readable = false;
  // Programs write other chunks, too: ffmpeg puts one named LIST in front of the data.
  for (std::size_t at = 12; at + 8 <= bytes.size();) {
    const std::string name = bytes.substr(at, 4);
    const std::size_t size = number(at + 4, 4);
    at += 8;
    if (size > bytes.size() - at) {
      throw std::runtime_error(path + " ends before its " + name + " chunk does");
    }
    if (name == "fmt " && size >= 16) {
      is_readable = number(at, 2) == 1 && number(at + 2, 2) == 1 && number(at + 4, 4) == 16000 &&
                    number(at + 14, 2) == 16;
    } else if (name == "data") {
      if (!is_readable) {
        throw std::runtime_error(path + " is not 16-bit mono PCM at 16000 Hz");
      }
      std::vector<std::int16_t> samples(size / sizeof(std::int16_t));
      std::memcpy(samples.data(), bytes.data() + at, samples.size() * sizeof(std::int16_t));
      return samples;
    }
    at += size + size % 2;  // A chunk of odd length is followed by a pad byte.
  }
  throw std::runtime_error(path + " has no data chunk");
}

inline std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

#endif
