// Prints whisper.cpp's features of a WAV file, repeated and cut to some lengths. whisper.cpp computes them in a function
// that no header declares, so its source is included here. `record.sh` compiles and runs this.

#include "whisper.cpp"

// The only function of ggml that computing the features calls.
extern "C" int64_t ggml_time_us(void) { return 0; }

namespace {

std::vector<char> read_file(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

template <typename T>
std::vector<T> values(const char* bytes, std::size_t size) {
  std::vector<T> values(size / sizeof(T));
  std::memcpy(values.data(), bytes, values.size() * sizeof(T));
  return values;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: record FILTERS FILE.wav\n");
    return 2;
  }
  const auto filter_bytes = read_file(argv[1]), wav = read_file(argv[2]);
  whisper_filters filters{80, 201, values<float>(filter_bytes.data(), filter_bytes.size())};
  if (filters.data.size() != 80 * 201 || wav.size() <= 44) {
    std::fprintf(stderr, "no filters, or no samples\n");
    return 1;
  }
  const auto speech = values<int16_t>(wav.data() + 44, wav.size() - 44);
  std::printf("# The features of examples/data/speech.wav, repeated and cut to each length, by whisper.cpp " WHISPER_VERSION ";\n"
              "# written by cxx-bindings/tests/whisper/record.sh.\n"
              "# clip: seconds, frames, mean, maximum; frame: index, the value of each band\n");
  // Of the state only the time that it counts is written.
  std::vector<char> state(sizeof(whisper_state));
  for (int seconds : {5, 29, 31, 40}) {
    std::vector<float> samples(16000 * static_cast<std::size_t>(seconds));
    for (std::size_t i = 0; i < samples.size(); ++i) {
      samples[i] = static_cast<float>(speech[i % speech.size()]) / 32768.0f;
    }
    whisper_mel mel;
    log_mel_spectrogram(*reinterpret_cast<whisper_state*>(state.data()), samples.data(), static_cast<int>(samples.size()),
                        WHISPER_SAMPLE_RATE, WHISPER_N_FFT, WHISPER_HOP_LENGTH, filters.n_mel, 1, filters, false, mel);
    double sum = 0;
    for (float value : mel.data) {
      sum += value;
    }
    std::printf("clip %d %d %.9g %.9g\n", seconds, mel.n_len, sum / static_cast<double>(mel.data.size()),
                static_cast<double>(*std::max_element(mel.data.begin(), mel.data.end())));
    // The first, two in the middle, the last with sound, the first of silence alone, and the last.
    const int end = 100 * seconds;
    for (int frame : {0, 100, end / 2 + 7, end - 1, end + 1, mel.n_len - 1}) {
      std::printf("frame %d", frame);
      for (int band = 0; band < mel.n_mel; ++band) {
        std::printf(" %.7g", static_cast<double>(mel.data[static_cast<std::size_t>(band * mel.n_len + frame)]));
      }
      std::printf("\n");
    }
  }
}
