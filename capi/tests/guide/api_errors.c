typedef enum {
    MOJO_AUDIO_SUCCESS = 0,
    MOJO_AUDIO_ERROR_INVALID_INPUT = -1,
    MOJO_AUDIO_ERROR_ALLOCATION = -2,
    MOJO_AUDIO_ERROR_PROCESSING = -3,
    MOJO_AUDIO_ERROR_BUFFER_SIZE = -4,
} MojoAudioStatus;

// Get last error message
const char* mojo_audio_last_error(void);
