// Opaque handle
typedef struct MojoMelSpectrogram MojoMelSpectrogram;

// Compute mel spectrogram
MojoAudioStatus mojo_mel_spectrogram_compute(
    const float* audio_samples,
    size_t num_samples,
    const MojoMelConfig* config,
    MojoMelSpectrogram** out_result
);

// Get dimensions
void mojo_mel_spectrogram_get_shape(
    const MojoMelSpectrogram* mel,
    size_t* out_n_mels,
    size_t* out_n_frames
);

// Get total size
size_t mojo_mel_spectrogram_get_size(const MojoMelSpectrogram* mel);

// Copy data to buffer
MojoAudioStatus mojo_mel_spectrogram_get_data(
    const MojoMelSpectrogram* mel,
    float* out_buffer,
    size_t buffer_size
);

// Free result
void mojo_mel_spectrogram_free(MojoMelSpectrogram* mel);
