// Reads the samples of a 16-bit mono WAV file whose header is the plain one of 44 bytes.

#ifndef WAV_HPP
#define WAV_HPP

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

inline std::vector<std::int16_t> read_wav(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (bytes.size() < 46 || std::memcmp(bytes.data() + 8, "WAVEfmt ", 8) != 0) {
    throw std::runtime_error(path + ": a WAV file is wanted");
  }
  std::vector<std::int16_t> samples((bytes.size() - 44) / sizeof(std::int16_t));
  std::memcpy(samples.data(), bytes.data() + 44, samples.size() * sizeof(std::int16_t));
  return samples;
}

inline std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

#endif
