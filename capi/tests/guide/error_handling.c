MojoAudioStatus status = mojo_mel_spectrogram_compute(...);
if (status != MOJO_AUDIO_SUCCESS) {
    const char* error = mojo_audio_last_error();
    fprintf(stderr, "Error (%d): %s\n", status, error);
    return status;
}
