// The conformance cases through the C++ classes, one test each. Arguments after GoogleTest's: the flat list of
// the cases, and the folder that its paths are relative to.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <mojo_audio.hpp>

namespace {

using mojo_audio::Error;
using mojo_audio::Layout;
using mojo_audio::MelConfig;
using mojo_audio::MelExtractor;
using mojo_audio::MelSpectrogram;
using mojo_audio::MelStream;

std::string folder;

struct Clip {
  std::string input, expected;
  std::size_t n_samples = 0, n_mels = 0, n_frames = 0;
  double atol = 0, rtol = 0, mean_abs = 0;
};

struct Case {
  std::string name, kind, preset, call, code, detail;
  std::vector<std::pair<std::string, std::string>> options;
  std::vector<Clip> clips;
  std::vector<double> rows;
};

template <class Value>
std::vector<Value> read_file(const std::string& name, std::size_t n) {
  std::vector<Value> values(n);
  std::ifstream file(folder + "/" + name, std::ios::binary);
  const auto size = static_cast<std::streamsize>(n * sizeof(Value));
  file.read(reinterpret_cast<char*>(values.data()), size);
  EXPECT_EQ(file.gcount(), size) << name;
  return values;
}

template <class Sample>
std::vector<Sample> read_samples(const Clip& clip) {
  return clip.input == "silence" ? std::vector<Sample>(clip.n_samples)
                                 : read_file<Sample>(clip.input, clip.n_samples);
}

MelExtractor make_extractor(const Case& it) {
  MelConfig config = MelConfig::preset(it.preset);
  for (const auto& [option, value] : it.options) {
    config.set(option, value);
  }
  return MelExtractor(config);
}

void check_values(const Clip& clip, const MelSpectrogram& mel) {
  ASSERT_EQ(mel.n_mels(), clip.n_mels);
  ASSERT_EQ(mel.n_frames(), clip.n_frames);
  ASSERT_EQ(mel.size(), clip.n_mels * clip.n_frames);
  if (mel.empty()) {
    return;
  }
  const auto expected = read_file<float>(clip.expected, mel.size());
  double sum = 0;
  std::size_t outside = 0;
  for (std::size_t i = 0; i < mel.size(); ++i) {
    const double wanted = expected[i];
    const double deviation = std::fabs(static_cast<double>(mel.data()[i]) - wanted);
    outside += !(deviation <= clip.atol + clip.rtol * std::fabs(wanted));
    sum += deviation;
  }
  EXPECT_EQ(outside, 0U) << "of " << mel.size() << " values";
  EXPECT_LE(sum / static_cast<double>(mel.size()), clip.mean_abs);
}

bool same_bits(const float* a, const float* b, std::size_t n) {
  return n == 0 || std::memcmp(a, b, n * sizeof *a) == 0;
}

// Copies frames to their place in the whole.
void gather(std::vector<float>& whole, std::size_t& at, std::size_t total, const MelSpectrogram& part) {
  ASSERT_LE(at + part.n_frames(), total);
  for (std::size_t frame = 0; frame < part.n_frames(); ++frame) {
    for (std::size_t mel = 0; mel < part.n_mels(); ++mel) {
      const bool by_mel = part.layout() == Layout::mel_major;
      whole[by_mel ? mel * total + at + frame : (at + frame) * part.n_mels() + mel] = part(mel, frame);
    }
  }
  at += part.n_frames();
}

template <class Sample>
void check_stream(const MelExtractor& extractor, const std::vector<Sample>& samples,
                  const MelSpectrogram& mel, std::size_t piece) {
  SCOPED_TRACE("pieces of " + std::to_string(piece));
  MelStream stream = extractor.stream();
  std::vector<float> gathered(mel.size());
  std::size_t at = 0;
  for (std::size_t from = 0; from < samples.size(); from += piece) {
    const mojo_audio::span<const Sample> chunk(samples.data() + from, std::min(piece, samples.size() - from));
    const std::size_t promised = stream.frames_after(chunk.size());
    const MelSpectrogram frames = stream.push(chunk);
    ASSERT_EQ(frames.n_frames(), promised);
    gather(gathered, at, mel.n_frames(), frames);
  }
  const std::size_t promised = stream.frames_at_finish();
  const MelSpectrogram frames = stream.finish();
  ASSERT_EQ(frames.n_frames(), promised);
  gather(gathered, at, mel.n_frames(), frames);
  ASSERT_EQ(at, mel.n_frames());
  EXPECT_TRUE(same_bits(gathered.data(), mel.data(), mel.size())) << "other bits";
}

template <class Sample>
void run_single(const Case& it) {
  const MelExtractor extractor = make_extractor(it);
  const Clip& clip = it.clips.at(0);
  const auto samples = read_samples<Sample>(clip);
  const MelSpectrogram mel = extractor.compute(samples);
  check_values(clip, mel);

  std::vector<float> buffer(extractor.n_mels() * extractor.frame_count(samples.size()));
  EXPECT_EQ(extractor.compute_into(samples, buffer), mel.n_frames());
  ASSERT_EQ(buffer.size(), mel.size());
  EXPECT_TRUE(same_bits(buffer.data(), mel.data(), mel.size())) << "compute_into: other bits";

  if (extractor.try_stream()) {
    for (const std::size_t piece : {samples.size(), std::size_t{1}, std::size_t{160}, std::size_t{4096}}) {
      // Single samples of long inputs would take minutes under sanitizers.
      if (piece > 1 || samples.size() <= 1000) {
        check_stream(extractor, samples, mel, piece);
      }
    }
  }
}

void run_batch(const Case& it) {
  const MelExtractor extractor = make_extractor(it);
  std::vector<std::vector<float>> clips;
  for (const Clip& clip : it.clips) {
    clips.push_back(read_samples<float>(clip));
  }
  for (std::size_t n_threads = 0; n_threads < 4; ++n_threads) {
    const std::vector<MelSpectrogram> results = extractor.compute_batch(clips, n_threads);
    ASSERT_EQ(results.size(), clips.size());
    for (std::size_t i = 0; i < clips.size(); ++i) {
      check_values(it.clips[i], results[i]);
      const MelSpectrogram alone = extractor.compute(clips[i]);
      ASSERT_EQ(alone.size(), results[i].size());
      EXPECT_TRUE(same_bits(alone.data(), results[i].data(), alone.size())) << "clip " << i;
    }
  }
}

void run_statistic(const Case& it) {
  const Clip& clip = it.clips.at(0);
  const MelSpectrogram mel = make_extractor(it).compute(read_samples<float>(clip));
  const auto expected = read_file<float>(clip.expected, clip.n_mels);
  ASSERT_EQ(mel.n_mels(), clip.n_mels);
  ASSERT_EQ(mel.n_frames(), clip.n_frames);
  ASSERT_EQ(it.rows.size(), clip.n_mels);
  for (std::size_t row = 0; row < mel.n_mels(); ++row) {
    double sum = 0;
    for (const float value : mel.row(row)) {
      sum += value;
    }
    EXPECT_NEAR(sum / static_cast<double>(mel.n_frames()), expected[row], it.rows[row]) << "row " << row;
  }
}

// The call that must fail. The test fails if an earlier call does, or none.
void refuse(const Case& it) {
  if (it.call == "new") {
    make_extractor(it);
    return;
  }
  std::optional<MelExtractor> extractor;
  ASSERT_NO_THROW(extractor.emplace(make_extractor(it)));
  if (it.call == "compute") {
    (void)extractor->compute(read_samples<float>(it.clips.at(0)));
  } else {
    ASSERT_EQ(it.call, "stream");
    (void)extractor->stream();
  }
}

void run_refusal(const Case& it) {
  try {
    refuse(it);
    FAIL() << "nothing was refused";
  } catch (const Error& error) {
    EXPECT_EQ(to_string(error.code()), it.code) << error.what();
    if (it.code == "config") {
      EXPECT_EQ(error.field(), it.detail) << error.what();
    } else if (it.code == "unknown_name") {
      EXPECT_EQ(error.value(), it.detail) << error.what();
    } else if (it.code == "sample") {
      EXPECT_EQ(std::to_string(error.index().value_or(0)), it.detail) << error.what();
    }
  }
}

class Conformance : public testing::Test {
 public:
  explicit Conformance(Case it) : it_(std::move(it)) {}

  void TestBody() override {
    if (it_.kind == "single") {
      run_single<float>(it_);
    } else if (it_.kind == "int16") {
      run_single<std::int16_t>(it_);
    } else if (it_.kind == "batch") {
      run_batch(it_);
    } else if (it_.kind == "statistic") {
      run_statistic(it_);
    } else if (it_.kind == "refusal") {
      run_refusal(it_);
    } else {
      FAIL() << "a case of an unknown kind: " << it_.kind;
    }
  }

 private:
  Case it_;
};

// The parts between tabs; the last may be empty.
std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> parts(1);
  for (const char letter : line) {
    if (letter == '\t') {
      parts.emplace_back();
    } else {
      parts.back() += letter;
    }
  }
  return parts;
}

// Reads the list; false if a line is malformed.
bool read_cases(std::istream& list, std::vector<Case>& cases) {
  Case it;
  for (std::string line; std::getline(list, line);) {
    const auto part = split(line);
    const std::string& what = part[0];
    if (what == "case" && part.size() == 5) {
      it = Case();
      it.name = part[1];
      it.kind = part[2];
      it.preset = part[3];
      it.call = part[4];
    } else if (what == "option" && part.size() == 3) {
      it.options.emplace_back(part[1], part[2]);
    } else if (what == "clip" && part.size() == 9) {
      it.clips.push_back({part[1], part[3], std::stoul(part[2]), std::stoul(part[4]), std::stoul(part[5]),
                          std::stod(part[6]), std::stod(part[7]), std::stod(part[8])});
    } else if (what == "rows") {
      for (std::size_t i = 1; i < part.size(); ++i) {
        it.rows.push_back(std::stod(part[i]));
      }
    } else if (what == "error" && part.size() == 3) {
      it.code = part[1];
      it.detail = part[2];
    } else if (what == "end") {
      cases.push_back(it);
    } else {
      std::cerr << "a line that is not understood: " << line << "\n";
      return false;
    }
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  std::ifstream list(argc == 3 ? argv[1] : "");
  std::vector<Case> cases;
  if (argc != 3 || !list || !read_cases(list, cases) || cases.empty()) {
    std::cerr << "usage: conformance CASES FOLDER\n";
    return 2;
  }
  folder = argv[2];
  for (const Case& it : cases) {
    testing::RegisterTest("conformance", it.name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                          [it]() -> testing::Test* { return new Conformance(it); });
  }
  return RUN_ALL_TESTS();
}
