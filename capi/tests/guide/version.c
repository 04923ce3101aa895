int32_t major, minor, patch;
mojo_audio_version(&major, &minor, &patch);
// Compare with MOJO_AUDIO_VERSION_* from header
