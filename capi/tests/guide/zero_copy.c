const float* data_ptr = mojo_mel_spectrogram_get_data_ptr(mel);
// Use data_ptr directly (read-only)
// WARNING: Invalid after mojo_mel_spectrogram_free()
mojo_mel_spectrogram_free(mel);
