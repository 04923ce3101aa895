typedef struct {
    int32_t sample_rate;  // Audio sample rate (default: 16000 Hz)
    int32_t n_fft;        // FFT window size (default: 400)
    int32_t hop_length;   // Hop between frames (default: 160)
    int32_t n_mels;       // Number of mel bands (default: 80)
} MojoMelConfig;

// Get default Whisper-compatible config
MojoMelConfig mojo_mel_config_default(void);

// Validate configuration
MojoAudioStatus mojo_mel_config_validate(const MojoMelConfig* config);
