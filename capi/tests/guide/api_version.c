void mojo_audio_version(int32_t* major, int32_t* minor, int32_t* patch);
