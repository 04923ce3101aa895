size_t size = mojo_mel_spectrogram_get_size(mel);
float* buffer = malloc(size * sizeof(float));
mojo_mel_spectrogram_get_data(mel, buffer, size);
// Use buffer...
free(buffer);
mojo_mel_spectrogram_free(mel);
