// The promises of the classes beyond the numbers: ownership, views, errors, results.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <mojo_audio.hpp>

#include "units.hpp"

namespace {

using mojo_audio::Error;
using mojo_audio::ErrorCode;
using mojo_audio::Layout;
using mojo_audio::MelConfig;
using mojo_audio::MelExtractor;
using mojo_audio::MelFrames;
using mojo_audio::MelSpectrogram;
using mojo_audio::MelStream;
using mojo_audio::Reference;
using mojo_audio::Result;
using mojo_audio::span;

static_assert(std::is_aggregate_v<MelConfig>);
static_assert(std::is_nothrow_move_constructible_v<MelExtractor> &&
              std::is_nothrow_move_assignable_v<MelExtractor> && !std::is_copy_constructible_v<MelExtractor>);
static_assert(std::is_nothrow_move_constructible_v<MelStream> && !std::is_copy_constructible_v<MelStream>);
static_assert(std::is_nothrow_move_constructible_v<MelFrames> && !std::is_copy_constructible_v<MelFrames>);
static_assert(std::is_nothrow_move_constructible_v<MelSpectrogram> &&
              std::is_nothrow_move_assignable_v<MelSpectrogram> &&
              !std::is_copy_constructible_v<MelSpectrogram>);
static_assert(std::is_base_of_v<std::runtime_error, Error> && std::is_nothrow_copy_constructible_v<Error>);
static_assert(noexcept(std::declval<const MelExtractor&>().frame_count(1)));
#ifdef __cpp_lib_span
static_assert(std::is_same_v<span<float>, std::span<float>>);
#endif
#ifdef __cpp_lib_expected
static_assert(std::is_same_v<Result<int>, std::expected<int, Error>>);
#endif

std::vector<float> wave(std::size_t n) {
  std::vector<float> samples(n);
  for (std::size_t i = 0; i < n; ++i) {
    samples[i] = 0.3F * std::sin(static_cast<float>(i % 1000) * 0.37F);
  }
  return samples;
}

MelConfig live() {
  MelConfig config = MelConfig::whisper();
  config.reference = Reference::fixed;
  config.reference_value = 1.5;
  return config;
}

// The text of the error that a call throws, after its code.
template <class Call>
std::string refused(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + " | " + error.what();
  }
  return "nothing was refused";
}

// The error of a call, which has to fail.
template <class Call>
Error error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was refused";
  return {ErrorCode::internal, "nothing was refused"};
}

TEST(Config, PresetsAreThoseOfTheLibrary) {
  const std::pair<const char*, MelConfig> presets[] = {
      {"whisper", MelConfig::whisper()},       {"whisper-large-v3", MelConfig::whisper_large_v3()},
      {"librosa", MelConfig::librosa()},       {"torchaudio", MelConfig::torchaudio()},
      {"kaldi-fbank", MelConfig::kaldi_fbank()}, {"parakeet", MelConfig::parakeet()},
      {"hifigan", MelConfig::hifigan()},       {"speecht5", MelConfig::speecht5()},
      {"ast", MelConfig::ast()},               {"clap", MelConfig::clap()},
  };
  for (const auto& [name, config] : presets) {
    EXPECT_EQ(MelConfig::preset(name), config) << name;
    EXPECT_EQ(MelExtractor(config).config(), config) << name;
    config.check();
  }
  ASSERT_GE(MelConfig::presets().size(), std::size(presets));
  for (const std::string_view name : MelConfig::presets()) {
    MelConfig::preset(name).check();
  }
  for (std::size_t i = 0; i < std::size(presets); ++i) {
    EXPECT_EQ(MelConfig::presets()[i], presets[i].first);
  }
  EXPECT_EQ(MelConfig(), MelConfig::whisper());
  EXPECT_NE(MelConfig::ast(), MelConfig::kaldi_fbank());
}

TEST(Config, EveryOptionByName) {
  MelConfig config;
  EXPECT_EQ(config.get("n_mels"), "80");
  config.set("n_mels", "128");
  EXPECT_EQ(config.n_mels, 128U);
  EXPECT_EQ(config, MelConfig::whisper_large_v3());
  config.set("win_length", "300");
  EXPECT_EQ(config.win_length, 300U);
  config.set("win_length", "none");
  EXPECT_EQ(config.win_length, std::nullopt);
  config.set("precision", "double");
  EXPECT_EQ(config.precision, mojo_audio::Precision::double_);
  config.set("log_floor", "1e-9");
  EXPECT_EQ(config.log_floor, 1e-9);
  EXPECT_EQ(config.get("top_db"), "80");
  EXPECT_EQ(refused([&] { config.set("n_mel", "1"); }),
            "unknown_name | unknown option \"n_mel\"; did you mean \"n_mels\"?");
  EXPECT_EQ(refused([&] { config.set("n_mels", "many"); }),
            "config | n_mels must be an integer from 1 to 4096, got many");
  EXPECT_EQ(refused([&] { (void)config.get("\xff"); }).find("unknown_name | unknown option"), 0U);
  EXPECT_EQ(refused([&] { (void)MelConfig::preset({}); }).find("unknown_name | unknown preset \"\""), 0U);
}

TEST(Config, IsReadFromTheSettingsOfAModel) {
  MelConfig expected = MelConfig::whisper_large_v3();
  expected.f_max = 8000.0;
  expected.bin_frequencies = mojo_audio::BinFrequencies::linspace;
  expected.pad_to = 480000;
  expected.max_length = 480000;
  const char* json = R"({"feature_extractor_type": "WhisperFeatureExtractor", "feature_size": 128})";
  EXPECT_EQ(MelConfig::from_json(json), expected);
  EXPECT_EQ(MelConfig::try_from_json(std::string(R"({"feature_extractor": )") + json + "}").value(), expected);
  EXPECT_EQ(MelConfig::try_from_json({}).error().code(), ErrorCode::config);
  EXPECT_EQ(refused([&] {
              (void)MelConfig::from_json(R"({"feature_extractor_type": "ASTFeatureExtractor", "std": 0})");
            }),
            "config | std must be more than 0, got 0");
}

#if __cplusplus >= 202002L
TEST(Config, DesignatedInitialisers) {
  const MelConfig config{.n_mels = 128};
  EXPECT_EQ(config, MelConfig::whisper_large_v3());
}
#endif

TEST(Config, NumbersThatAreNoChoice) {
  MelConfig config;
  config.window = static_cast<mojo_audio::Window>(99);
  EXPECT_EQ(refused([&] { config.check(); }),
            "config | window must be one of hann, hamming, blackman, povey, rectangular, got 99");
}

TEST(Extractor, TakesEveryContainer) {
  const MelExtractor extractor;
  const std::vector<float> samples = wave(4000);
  std::array<float, 4000> array;
  std::copy(samples.begin(), samples.end(), array.begin());
  float plain[4000];
  std::copy(samples.begin(), samples.end(), plain);
  const MelSpectrogram mel = extractor.compute(samples);
  for (const MelSpectrogram& other :
       {extractor.compute(array), extractor.compute(plain), extractor.compute(std::vector<float>(samples)),
        extractor.compute(span<const float>(samples.data(), 4000)), extractor.compute(span<float>(plain))}) {
    ASSERT_EQ(other.size(), mel.size());
    EXPECT_EQ(std::memcmp(other.data(), mel.data(), mel.size() * sizeof(float)), 0);
  }
  EXPECT_EQ(extractor.n_mels(), 80U);
  EXPECT_EQ(extractor.frame_count(480000), 3000U);
  EXPECT_EQ(extractor.frame_count(0), 0U);
}

TEST(Extractor, OwnTablesReplaceThose) {
  const MelConfig config;
  const std::vector<float> samples = wave(4000);
  const std::vector<float> window(400, 0.5F);
  const std::vector<float> filterbank(80 * 201, 0.0F);
  const MelSpectrogram mel = MelExtractor(config, window, filterbank).compute(samples);
  for (const float value : mel) {
    ASSERT_NEAR(value, (std::log10(1e-10F) + 4) / 4, 1e-6);
  }
  const MelExtractor changed(config, window, {});
  EXPECT_NE(changed.compute(samples)(5, 5), MelExtractor(config).compute(samples)(5, 5));
  EXPECT_EQ(refused([&] { MelExtractor(config, span<const float>(window.data(), 399), {}); }),
            "buffer_size | window must have 400 values, got 399");
  EXPECT_EQ(refused([&] { MelExtractor(config, {}, window); }),
            "buffer_size | filterbank must have 16080 values, got 400");
}

// The bits of the plain result, changed by hand, in a stream too.
TEST(Extractor, RowsHaveMeansAndFactors) {
  MelConfig config = MelConfig::kaldi_fbank();
  config.n_mels = 3;
  config.stack = 2;
  config.layout = mojo_audio::Layout::frame_major;
  const std::vector<float> samples = wave(16000);
  const MelSpectrogram plain = MelExtractor(config).compute(samples);
  const std::vector<float> mean{1.5F, -2, 0, 100, 0.25F, 3};
  const std::vector<float> scale{0.5F, -1, 3, 1e-3F, 0, 7.25F};
  for (int which = 0; which < 3; ++which) {
    mojo_audio::Tables tables;
    if (which < 2) {
      tables.row_mean = mean;
    }
    if (which > 0) {
      tables.row_scale = scale;
    }
    std::vector<float> expected(plain.begin(), plain.end());
    ASSERT_FALSE(expected.empty());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const float difference = expected[i] - (which < 2 ? mean[i % 6] : 0.0F);
      expected[i] = difference * (which > 0 ? scale[i % 6] : 1.0F);
    }
    const MelExtractor own(config, tables);
    const MelSpectrogram whole = own.compute(samples);
    EXPECT_EQ(std::vector<float>(whole.begin(), whole.end()), expected);
    mojo_audio::MelStream stream = own.stream();
    const MelSpectrogram first = stream.push(samples);
    const MelSpectrogram rest = stream.finish();
    std::vector<float> live(first.begin(), first.end());
    live.insert(live.end(), rest.begin(), rest.end());
    EXPECT_EQ(live, expected);
  }
  mojo_audio::Tables wrong;
  wrong.row_mean = span<const float>(mean.data(), 3);
  EXPECT_EQ(refused([&] { MelExtractor(config, wrong); }), "buffer_size | row_mean must have 6 values, got 3");
  const std::vector<float> large{0, 0, 0, 0, -2e18F, 0};
  wrong.row_mean = mean;
  wrong.row_scale = large;
  EXPECT_EQ(refused([&] { MelExtractor(config, wrong); }),
            "config | row_scale must be at most 1e18 in magnitude, got -2e18 at 4");
  EXPECT_EQ(MelExtractor::try_create(config, wrong).error().field(), "row_scale");
}

TEST(Extractor, CountsValidFrames) {
  MelConfig config = MelConfig::whisper();
  config.pad_to = 480000;
  MelExtractor whisper(config);
  EXPECT_EQ(whisper.valid_frames(16001), 101U);
  EXPECT_EQ(whisper.frame_count(16001), 3000U);
  const MelExtractor parakeet(MelConfig::parakeet());
  EXPECT_EQ(parakeet.valid_frames(16000), 100U);
  EXPECT_EQ(parakeet.frame_count(16000), 101U);
  const MelExtractor other = std::move(whisper);
  EXPECT_EQ(whisper.valid_frames(16001), 0U);
}

TEST(Extractor, FiltersAreTold) {
  MelConfig config = MelConfig::whisper();
  config.n_mels = 2;
  config.n_fft = 8;
  config.sample_rate = 8000;
  config.mel_scale = mojo_audio::MelScale::htk;
  config.mel_norm = mojo_audio::MelNorm::none;
  const std::vector<float> weights = MelExtractor(config).filterbank();
  ASSERT_EQ(weights.size(), 10U);
  const double most = 2595 * std::log10(1 + 4000.0 / 700);
  const auto corner = [&](std::size_t i) {
    return 700 * (std::pow(10, most * static_cast<double>(i) / 3 / 2595) - 1);
  };
  for (std::size_t i = 0; i < 10; ++i) {
    const double hz = 1000.0 * static_cast<double>(i % 5);
    const double low = corner(i / 5), middle = corner(i / 5 + 1), high = corner(i / 5 + 2);
    const double sides = std::min((hz - low) / (middle - low), (high - hz) / (high - middle));
    EXPECT_NEAR(static_cast<double>(weights[i]), std::max(0.0, sides), 1e-6);
  }
  const std::vector<float> own{0, 1.5F, -2, 0, 1e-30F, 7, 0, 0, 0.25F, 3};
  EXPECT_EQ(MelExtractor(config, {}, own).filterbank(), own);
  MelExtractor moved(config);
  const MelExtractor other = std::move(moved);
  EXPECT_EQ(refused([&] { (void)moved.filterbank(); }), "argument | the MelExtractor was moved from");
}

TEST(RowStatistics, AreReadFromAFile) {
  const char* const file =
      "<AddShift> 2 2\n<LearnRateCoef> 0 [ -5 2 ]\n<Rescale> 2 2\n<LearnRateCoef> 0 [ 0.25 0.5 ]\n";
  const auto rows = mojo_audio::RowStatistics::from_text(file);
  EXPECT_EQ(rows.mean, (std::vector<float>{5, -2}));
  EXPECT_EQ(rows.scale, (std::vector<float>{0.25F, 0.5F}));
  MelConfig config = MelConfig::kaldi_fbank();
  config.n_mels = 2;
  EXPECT_EQ(MelExtractor(config, {{}, {}, rows.mean, rows.scale}).n_mels(), 2U);
  const auto refusal = mojo_audio::RowStatistics::try_from_text("{}");
  ASSERT_FALSE(refusal);
  EXPECT_EQ(refusal.error().field(), "row_mean");
  EXPECT_EQ(refusal.error().value(), "\"{}\"");
}

TEST(Extractor, EmptyFiltersAreNamed) {
  MelConfig config = MelConfig::whisper();
  EXPECT_TRUE(MelExtractor(config).empty_filters().empty());
  config.n_mels = 200;
  const auto filters = MelExtractor(config).empty_filters();
  ASSERT_FALSE(filters.empty());
  EXPECT_LT(filters.back(), 200U);
  // Cepstral coefficients are fewer rows than there are empty filters.
  config.n_mfcc = 2;
  EXPECT_EQ(MelExtractor(config).empty_filters(), filters);
}

TEST(Extractor, TellsItsWorkingMemory) {
  const MelExtractor extractor;
  EXPECT_GT(extractor.working_memory(), 1000U);
  EXPECT_LT(extractor.working_memory(), 65536U);
}

TEST(Extractor, RefusesWhatIsWrong) {
  MelConfig config;
  config.hop_length = 0;
  EXPECT_EQ(refused([&] { MelExtractor extractor(config); }).find("config | hop_length must be at least 1, got 0"), 0U);
  // What is unset is named as C++ names it, but where an option is set by its name and as text.
  config = MelConfig();
  config.log = mojo_audio::Log::none;
  config.top_db = 8.0;
  EXPECT_EQ(refused([&] { MelExtractor extractor(config); }),
            "config | top_db must be std::nullopt where log is none, got 8");
  EXPECT_EQ(refused([&] { config.check(); }), "config | top_db must be std::nullopt where log is none, got 8");
  EXPECT_EQ(refused([&] { config.set("f_max", "high"); }).find("std::nullopt"), std::string::npos);
  const MelExtractor extractor;
  EXPECT_EQ(refused([&] { (void)extractor.compute(std::vector<float>()); }),
            "empty_input | samples must not be empty");
  std::vector<float> samples = wave(4000);
  samples[1234] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(refused([&] { (void)extractor.compute(samples); }).find("sample | sample 1234 must be finite"), 0U);
  EXPECT_EQ(refused([&] { (void)extractor.compute(span<const float>(static_cast<float*>(nullptr), 3)); }),
            "argument | samples must point to 3 values, got a null pointer");
  EXPECT_EQ(refused([&] {
              (void)extractor.compute(span<const float>(samples.data(), std::size_t{1} << 62));
            }).find("argument | samples must have at most "),
            0U);
  alignas(4) char bytes[64] = {};
  EXPECT_EQ(refused([&] { (void)extractor.compute(span<const float>(reinterpret_cast<float*>(bytes + 1), 3)); }),
            "argument | samples must be aligned to 4 bytes");
}

TEST(Extractor, RefusedMemoryIsAnError) {
  MelConfig config;
  config.hop_length = 1;
  config.pad_to = std::uint64_t{1} << 48;  // the result is larger than an address space
  EXPECT_EQ(MelExtractor(config).try_compute(wave(9)).error().code(), ErrorCode::allocation);
}

TEST(Extractor, WritesToMemoryOfTheCallers) {
  const MelExtractor extractor;
  std::vector<float> samples = wave(4000);
  const MelSpectrogram mel = extractor.compute(samples);
  std::vector<float> out(mel.size() + 3, 7);
  EXPECT_EQ(extractor.compute_into(samples, out), 25U);
  EXPECT_EQ(std::memcmp(out.data(), mel.data(), mel.size() * sizeof(float)), 0);
  EXPECT_EQ(std::vector<float>(out.end() - 3, out.end()), std::vector<float>(3, 7));
  EXPECT_EQ(refused([&] { extractor.compute_into(samples, span<float>(out.data(), 1999)); }),
            "buffer_size | out must have 2000 values, got 1999");
  EXPECT_EQ(refused([&] { extractor.compute_into(samples, samples); }),
            "argument | out must not overlap the samples");
  EXPECT_EQ(refused([&] { extractor.compute_into(samples, span<float>(samples.data() + 3999, 2000)); }),
            "argument | out must not overlap the samples");
  EXPECT_EQ(refused([&] { extractor.compute_into(samples, span<float>(static_cast<float*>(nullptr), 2000)); }),
            "argument | out must point to 2000 values, got a null pointer");
}

TEST(Extractor, MovedFromItRefuses) {
  MelExtractor first;
  MelExtractor second = std::move(first);
  EXPECT_EQ(second.n_mels(), 80U);
  EXPECT_EQ(first.n_mels(), 0U);
  EXPECT_EQ(first.frame_count(16000), 0U);
  EXPECT_TRUE(first.empty_filters().empty());
  EXPECT_EQ(first.working_memory(), 0U);
  const std::string text = "argument | the MelExtractor was moved from";
  EXPECT_EQ(refused([&] { (void)first.compute(wave(4000)); }), text);
  EXPECT_EQ(refused([&] { (void)first.config(); }), text);
  EXPECT_EQ(refused([&] { (void)first.stream(); }), text);
  EXPECT_EQ(refused([&] { (void)first.compute_batch(std::vector<std::vector<float>>{wave(9)}); }),
            "argument | clip 0: the MelExtractor was moved from");
  first = std::move(second);
  EXPECT_EQ(first.compute(wave(4000)).n_frames(), 25U);
  second = MelExtractor(MelConfig::ast());
  first = std::move(second);
  EXPECT_EQ(first.n_mels(), 128U);
  EXPECT_EQ(refused([&] { (void)second.compute(wave(4000)); }), text);
}

TEST(Batch, EachClipStandsForItself) {
  const MelExtractor extractor;
  const std::vector<std::vector<float>> clips = {wave(4000), {}, wave(333)};
  const auto results = extractor.try_compute_batch(clips, 2);
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(results[0]->n_frames(), 25U);
  EXPECT_EQ(results[1].error().code(), ErrorCode::empty_input);
  EXPECT_EQ(results[2]->n_frames(), 2U);
  EXPECT_EQ(refused([&] { (void)extractor.compute_batch(clips, 1); }),
            "empty_input | clip 1: samples must not be empty");
  const std::vector<std::int16_t> integers(4000, 8192);
  const std::array<span<const std::int16_t>, 2> views = {span<const std::int16_t>(integers.data(), 4000),
                                                         span<const std::int16_t>(integers.data(), 160)};
  EXPECT_EQ(extractor.compute_batch(views).at(1).n_frames(), 1U);
  EXPECT_TRUE(extractor.compute_batch(std::vector<std::vector<float>>()).empty());
  const span<const float> nowhere(static_cast<float*>(nullptr), 5);
  EXPECT_EQ(refused([&] { (void)extractor.compute_batch(std::vector<span<const float>>{clips[0], nowhere}); }),
            "argument | clip 1: samples must point to 5 values, got a null pointer");
}

TEST(Batch, AClipWithoutMemoryIsOneBadClip) {
  const MelExtractor extractor;
  const std::vector<float> clip = wave(4000);
  const std::vector<span<const float>> clips = {clip, span<const float>(static_cast<float*>(nullptr), 5), clip};
  for (const std::size_t n_threads : {1U, 2U}) {
    const auto results = extractor.try_compute_batch(clips, n_threads);
    ASSERT_EQ(results.size(), 3U);
    EXPECT_EQ(results[0]->n_frames(), 25U);
    EXPECT_EQ(results[1].error().code(), ErrorCode::argument);
    EXPECT_EQ(results[1].error().field(), "samples");
    EXPECT_EQ(results[2]->n_frames(), 25U);
  }
}

TEST(Spectrogram, OwnsItsMemory) {
  MelSpectrogram mel = MelExtractor().compute(wave(4000));
  const float* data = mel.data();
  EXPECT_EQ(mel.size(), 2000U);
  EXPECT_EQ(mel.end() - mel.begin(), 2000);
  MelSpectrogram moved = std::move(mel);
  EXPECT_EQ(moved.data(), data) << "a copy";
  EXPECT_TRUE(mel.empty());
  EXPECT_EQ(mel.begin(), mel.end());
  mel = std::move(moved);
  EXPECT_EQ(mel.data(), data);
  MelSpectrogram other;
  swap(mel, other);
  EXPECT_EQ(other.data(), data);
  other(79, 24) = 5;
  EXPECT_EQ(*(other.end() - 1), 5);
  auto& same = other;
  other = std::move(same);
  other.row(0)[0] = 6;
  EXPECT_EQ(*other.begin(), 6);
}

TEST(Spectrogram, BothLayouts) {
  MelConfig config;
  const MelSpectrogram mel = MelExtractor(config).compute(wave(4000));
  config.layout = Layout::frame_major;
  const MelSpectrogram turned = MelExtractor(config).compute(wave(4000));
  EXPECT_EQ(turned.layout(), Layout::frame_major);
  EXPECT_EQ(mel.row(79).size(), 25U);
  EXPECT_EQ(turned.row(24).size(), 80U);
  EXPECT_EQ(mel.row(3)[20], turned.row(20)[3]);
  for (std::size_t band = 0; band < 80; ++band) {
    for (std::size_t frame = 0; frame < 25; ++frame) {
      ASSERT_EQ(mel(band, frame), turned(band, frame));
    }
  }
  EXPECT_EQ(refused([&] { (void)mel.row(80); }), "argument | row must be less than 80, got 80");
  EXPECT_EQ(refused([&] { (void)turned.row(25); }), "argument | row must be less than 25, got 25");
  EXPECT_EQ(refused([&] { (void)mel(80, 0); }),
            "argument | mel must be less than 80, got 80");
  EXPECT_EQ(refused([&] { (void)MelSpectrogram().row(0); }), "argument | row must be less than 0, got 0");
}

TEST(Stream, GivesFramesAndEnds) {
  MelStream stream = MelExtractor(live()).stream();
  const std::vector<float> samples = wave(4000);
  EXPECT_EQ(stream.n_mels(), 80U);
  EXPECT_EQ(refused([&] { (void)stream.finish(); }).find("empty_input | "), 0U);
  std::vector<float> out(80 * 25);
  std::size_t n = stream.push_into(samples, out);
  EXPECT_EQ(refused([&] { stream.finish_into({}); }).find("buffer_size | out must have "), 0U);
  n += stream.finish_into(out);
  EXPECT_EQ(n, 25U);
  EXPECT_EQ(refused([&] { (void)stream.push(samples); }),
            "finished | the stream is finished; reset it before it takes more samples");
  stream.reset();
  const std::vector<std::int16_t> integers(4000, 8192);
  // Frame t needs the samples up to 160 t + 200: those up to 23 are complete.
  EXPECT_EQ(stream.frames_after(4000), 24U);
  EXPECT_EQ(stream.push_into(integers, out), 24U);
  EXPECT_EQ(stream.push(span<const float>()).n_frames(), 0U);
  EXPECT_EQ(refused([&] { stream.push_into(samples, span<float>(out.data(), 0)); }).find("buffer_size | out must have "), 0U);
  float bad = std::numeric_limits<float>::infinity();
  EXPECT_EQ(refused([&] { (void)stream.push(span<const float>(&bad, 1)); }).find("sample | sample 4000 must be finite"), 0U);
  MelStream moved = std::move(stream);
  EXPECT_EQ(refused([&] { (void)stream.push(samples); }), "argument | the MelStream was moved from");
  EXPECT_EQ(stream.n_mels() + stream.frames_after(1000) + stream.frames_at_finish(), 0U);
  stream.reset();
  EXPECT_EQ(moved.finish().n_frames(), 1U);
}

TEST(Frames, AreThoseOfTheWholeSignalWhateverIsPopped) {
  for (const Layout layout : {Layout::mel_major, Layout::frame_major}) {
    MelConfig config = MelConfig::hifigan();
    config.layout = layout;
    const MelExtractor extractor(config);
    const std::vector<float> samples = wave(9001);
    const MelSpectrogram mel = extractor.compute(samples);
    MelFrames frames = extractor.frames();
    EXPECT_EQ(frames.n_mels(), 80U);
    for (int round = 0; round < 2; ++round) {
      std::size_t at = 0;
      std::size_t popped = 0;
      for (bool is_end = false; !is_end;) {
        is_end = at == samples.size();
        const std::size_t n = std::min<std::size_t>(441, samples.size() - at);
        if (is_end) {
          frames.finish();
        } else {
          frames.push(span<const float>(samples.data() + at, n));
        }
        at += n;
        const std::size_t ready = frames.n_frames_ready();
        for (std::size_t frame = popped; frame < ready; ++frame) {
          const span<const float> values = frames.get_frame(frame);
          ASSERT_EQ(values.size(), 80U);
          for (std::size_t band = 0; band < 80; ++band) {
            ASSERT_EQ(values[band], mel(band, frame)) << frame;
          }
          EXPECT_EQ(frames.is_last_frame(frame), is_end && frame + 1 == ready);
        }
        EXPECT_EQ(error_of([&] { (void)frames.get_frame(ready); }).field(), "frame");
        // The first round keeps all frames, the second some.
        const std::size_t n_popped = round == 0 ? 0 : (ready - popped) / 2;
        frames.pop(n_popped);
        popped += n_popped;
        EXPECT_EQ(frames.n_frames_popped(), popped);
        EXPECT_EQ(frames.n_frames_ready(), ready);
        if (popped > 0) {
          EXPECT_EQ(error_of([&] { (void)frames.get_frame(popped - 1); }).code(), ErrorCode::argument);
        }
      }
      EXPECT_EQ(frames.n_frames_ready(), mel.n_frames());
      EXPECT_EQ(frames.try_push(samples).error().code(), ErrorCode::finished);
      EXPECT_EQ(error_of([&] { frames.pop(frames.n_frames_ready() - popped + 1); }).field(), "n_frames");
      frames.reset();
      EXPECT_EQ(frames.n_frames_ready() + frames.n_frames_popped(), 0U);
      EXPECT_FALSE(frames.is_last_frame(static_cast<std::size_t>(-1)));
    }
    frames.push(std::vector<std::int16_t>(4000, 8192));
    frames.pop(2);
    MelFrames moved = std::move(frames);
    EXPECT_GT(moved.n_frames_ready(), 10U);
    EXPECT_EQ(moved.n_frames_popped(), 2U);
    EXPECT_EQ(frames.n_frames_ready() + frames.n_frames_popped(), 0U);
    EXPECT_EQ(frames.try_push(samples).error().code(), ErrorCode::argument);
  }
  EXPECT_EQ(error_of([] { (void)MelExtractor().frames(); }).field(), "reference");
}

TEST(Results, HoldAValueOrAnError) {
  Result<MelExtractor> extractor = MelExtractor::try_create(live());
  ASSERT_TRUE(extractor.has_value());
  Result<MelSpectrogram> mel = extractor->try_compute(wave(4000));
  ASSERT_TRUE(mel);
  EXPECT_EQ(mel->n_frames(), 25U);
  const MelSpectrogram taken = std::move(mel).value();
  EXPECT_EQ((*extractor).try_compute_into(wave(4000), span<float>()).error().code(), ErrorCode::buffer_size);
  const auto refusal = extractor->try_compute(std::vector<std::int16_t>());
  ASSERT_FALSE(refusal);
  EXPECT_EQ(refusal.error().code(), ErrorCode::empty_input);
  EXPECT_THROW((void)refusal.value(), std::exception);
  MelConfig config;
  EXPECT_TRUE(config.try_set("n_mels", "40"));
  EXPECT_EQ(config.try_set("n_mels", "-").error().code(), ErrorCode::config);
  EXPECT_EQ(config.try_get("n_mels").value(), "40");
  EXPECT_TRUE(config.try_check());
  EXPECT_EQ(MelConfig::try_preset("x").error().code(), ErrorCode::unknown_name);
  EXPECT_EQ(MelExtractor().try_stream().error().code(), ErrorCode::config);
  MelStream stream = extractor->try_stream().value();
  EXPECT_EQ(stream.try_push(wave(4000))->n_frames(), 24U);
  EXPECT_EQ(stream.try_finish()->n_frames(), 1U);
  EXPECT_EQ(stream.try_push(wave(10)).error().code(), ErrorCode::finished);
}

TEST(Errors, HaveANameAndATextOfTheirOwn) {
  EXPECT_STREQ(to_string(ErrorCode::buffer_size), "buffer_size");
  EXPECT_STREQ(to_string(static_cast<ErrorCode>(77)), "unknown");
  const Error copy = MelExtractor().try_compute(std::vector<float>()).error();
  EXPECT_STREQ(copy.what(), "samples must not be empty");
}

// A call that fails, and its error. Parts that are "*" may be anything but empty.
struct Row {
  const char* name;
  ErrorCode code;
  int number;
  const char *field, *value, *expected, *closest, *one_of_known;
  std::optional<std::size_t> index, clip;
  void (*call)();
};

const std::vector<float>& bad() {
  static const std::vector<float> samples = [] {
    std::vector<float> made = wave(100);
    made[7] = std::numeric_limits<float>::infinity();
    return made;
  }();
  return samples;
}

const Row rows[] = {
    {"number out of range", ErrorCode::config, 1, "hop_length", "0", "at least 1", "", nullptr, {}, {},
     [] {
       MelConfig config;
       config.hop_length = 0;
       config.check();
     }},
    {"unknown choice", ErrorCode::config, 1, "window", "hanning", "one of hann, hamming, blackman, povey, rectangular",
     "hann", "povey", {}, {}, [] { MelConfig().set("window", "hanning"); }},
    {"option that streams don't have", ErrorCode::config, 1, "reference", "whole_input", "*", "", nullptr, {}, {},
     [] { (void)MelExtractor().stream(); }},
    {"unknown preset", ErrorCode::unknown_name, 2, "preset", "wisper", "", "whisper", "kaldi-fbank", {}, {},
     [] { (void)MelConfig::preset("wisper"); }},
    {"unlike any preset", ErrorCode::unknown_name, 2, "preset", "zzzzzz", "", "", "clap", {}, {},
     [] { (void)MelConfig::preset("zzzzzz"); }},
    {"unknown option", ErrorCode::unknown_name, 2, "option", "n_mel", "", "n_mels", "top_db", {}, {},
     [] { (void)MelConfig().get("n_mel"); }},
    {"no samples", ErrorCode::empty_input, 3, "", "", "", "", nullptr, {}, {},
     [] { (void)MelExtractor().compute(std::vector<float>()); }},
    {"not finite", ErrorCode::sample, 4, "", "inf", "*", "", nullptr, 7U, {},
     [] { (void)MelExtractor().compute(bad()); }},
    {"not finite in a stream", ErrorCode::sample, 4, "", "inf", "*", "", nullptr, 1007U, {},
     [] {
       MelStream stream = MelExtractor(live()).stream();
       (void)stream.push(wave(1000));
       (void)stream.push(bad());
     }},
    {"not finite in a batch", ErrorCode::sample, 4, "", "inf", "*", "", nullptr, 7U, 1U,
     [] { (void)MelExtractor().compute_batch(std::vector<std::vector<float>>{wave(400), bad(), {}}); }},
    {"small buffer", ErrorCode::buffer_size, 5, "out", "10", "2000", "", nullptr, {}, {},
     [] {
       std::vector<float> out(10);
       (void)MelExtractor().compute_into(wave(4000), out);
     }},
    {"short window", ErrorCode::buffer_size, 5, "window", "7", "400", "", nullptr, {}, {},
     [] { MelExtractor(MelConfig(), wave(7), {}); }},
    {"endless padding", ErrorCode::allocation, 6, "", "*", "", "", nullptr, {}, {},
     [] {
       MelConfig config;
       config.pad_to = std::uint64_t{1} << 48;
       (void)MelExtractor(config).compute(wave(9));
     }},
    {"after the end", ErrorCode::finished, 7, "", "", "", "", nullptr, {}, {},
     [] {
       MelStream stream = MelExtractor(live()).stream();
       (void)stream.push(wave(400));
       (void)stream.finish();
       (void)stream.push(wave(9));
     }},
    {"null pointer", ErrorCode::argument, 8, "samples", "a null pointer", "5", "", nullptr, {}, {},
     [] { (void)MelExtractor().compute(span<const float>(static_cast<float*>(nullptr), 5)); }},
    {"null pointer in a batch", ErrorCode::argument, 8, "samples", "a null pointer", "5", "", nullptr, {}, 1U,
     [] {
       const std::vector<float> clip = wave(400);
       (void)MelExtractor().compute_batch(
           std::vector<span<const float>>{clip, span<const float>(static_cast<float*>(nullptr), 5), clip});
     }},
    {"row out of range", ErrorCode::argument, 8, "row", "3", "less than 0", "", nullptr, {}, {},
     [] { (void)MelSpectrogram().row(3); }},
    {"popped too much", ErrorCode::argument, 8, "n_frames", "3", "at most 0", "", nullptr, {}, {},
     [] { MelExtractor(live()).frames().pop(3); }},
};

TEST(Errors, OfEveryKindHaveTheirPartsAsData) {
  const auto same = [](std::string_view part, std::string_view wanted) {
    return wanted == "*" ? !part.empty() : part == wanted;
  };
  unsigned kinds = 0;
  for (const Row& row : rows) {
    const Error error = error_of(row.call);
    SCOPED_TRACE(row.name);
    SCOPED_TRACE(error.what());
    EXPECT_EQ(error.code(), row.code);
    EXPECT_EQ(static_cast<int>(error.code()), row.number);
    EXPECT_TRUE(same(error.field(), row.field)) << error.field();
    EXPECT_TRUE(same(error.value(), row.value)) << error.value();
    EXPECT_TRUE(same(error.expected(), row.expected)) << error.expected();
    EXPECT_TRUE(same(error.closest(), row.closest)) << error.closest();
    EXPECT_EQ(error.index(), row.index);
    EXPECT_EQ(error.clip(), row.clip);
    EXPECT_NE(std::string_view(error.what()).find(error.value()), std::string_view::npos);
    const auto& known = error.known();
    EXPECT_EQ(known.empty(), row.one_of_known == nullptr);
    const auto knows = [&](std::string_view name) {
      return std::find(known.begin(), known.end(), name) != known.end();
    };
    EXPECT_TRUE(known.empty() || knows(row.one_of_known));
    EXPECT_TRUE(error.closest().empty() || knows(error.closest()));
    kinds |= 1U << row.number;
  }
  EXPECT_EQ(kinds, 0x1feU) << "kinds 1 to 8 are provoked; 9 needs a bug, and the others occur in other languages";
  const Error unknown = error_of([] { (void)MelConfig::preset("zzzzzz"); });
  const auto presets = MelConfig::presets();
  EXPECT_TRUE(std::equal(presets.begin(), presets.end(), unknown.known().begin(), unknown.known().end()));
  EXPECT_TRUE(Error(ErrorCode::config, "text").known().empty());
}

TEST(Errors, OfKindsThatAreNumberedHaveTheNamesOfEveryLanguage) {
  EXPECT_STREQ(to_string(ErrorCode::config), "config");
  EXPECT_STREQ(to_string(ErrorCode::input), "argument");
  EXPECT_EQ(static_cast<int>(ErrorCode::argument), 8);
  EXPECT_EQ(static_cast<int>(ErrorCode::closed), 10);
}

TEST(Units, OfEveryStandardWorkTogether) {
  const std::vector<float> samples = wave(4000);
  const MelExtractor extractor;
  const MelSpectrogram mel = extractor.compute(samples);
  for (const Unit& unit : {unit_17(), unit_20(), unit_23()}) {
    const MelSpectrogram other = unit.compute(extractor, samples.data(), samples.size());
    ASSERT_EQ(other.size(), mel.size());
    EXPECT_EQ(std::memcmp(other.data(), mel.data(), mel.size() * sizeof(float)), 0) << unit.standard;
    EXPECT_EQ(refused([&] { unit.compute(extractor, samples.data(), 0); }).find("empty_input | "), 0U);
    EXPECT_EQ(unit.try_code(extractor), ErrorCode::empty_input) << unit.standard;
  }
}

}  // namespace
