// The declarations of the guide beside those of the header: types of other sizes, other fields or other
// numbers do not compile, nor do functions of another type.

#include "mojo_audio.h"

// The guide's own types, by other names, so that both can be compared.
#define MojoMelConfig GuideConfig
#define mojo_mel_config_default guide_config_default
#define mojo_mel_config_validate guide_config_validate
#define MojoAudioStatus int
#include "api_config.c"
#undef MojoMelConfig
#undef mojo_mel_config_default
#undef mojo_mel_config_validate
#undef MojoAudioStatus

#define SAME_FIELD(field)                                                                          \
    _Static_assert(offsetof(GuideConfig, field) == offsetof(MojoMelConfig, field)                  \
                       && sizeof(((GuideConfig*)0)->field) == sizeof(((MojoMelConfig*)0)->field),  \
                   #field)
SAME_FIELD(sample_rate);
SAME_FIELD(n_fft);
SAME_FIELD(hop_length);
SAME_FIELD(n_mels);
_Static_assert(sizeof(GuideConfig) == 16 && sizeof(MojoMelConfig) == 16, "four int32");

static int guide_statuses(int number) {
#define MOJO_AUDIO_SUCCESS GUIDE_SUCCESS
#define MOJO_AUDIO_ERROR_INVALID_INPUT GUIDE_INVALID_INPUT
#define MOJO_AUDIO_ERROR_ALLOCATION GUIDE_ALLOCATION
#define MOJO_AUDIO_ERROR_PROCESSING GUIDE_PROCESSING
#define MOJO_AUDIO_ERROR_BUFFER_SIZE GUIDE_BUFFER_SIZE
#define MojoAudioStatus GuideStatus
#define mojo_audio_last_error guide_last_error
#include "api_errors.c"
#undef MOJO_AUDIO_SUCCESS
#undef MOJO_AUDIO_ERROR_INVALID_INPUT
#undef MOJO_AUDIO_ERROR_ALLOCATION
#undef MOJO_AUDIO_ERROR_PROCESSING
#undef MOJO_AUDIO_ERROR_BUFFER_SIZE
#undef MojoAudioStatus
#undef mojo_audio_last_error
    _Static_assert((int)GUIDE_SUCCESS == (int)MOJO_AUDIO_SUCCESS, "success");
    _Static_assert((int)GUIDE_INVALID_INPUT == (int)MOJO_AUDIO_ERROR_INVALID_INPUT, "invalid input");
    _Static_assert((int)GUIDE_ALLOCATION == (int)MOJO_AUDIO_ERROR_ALLOCATION, "allocation");
    _Static_assert((int)GUIDE_PROCESSING == (int)MOJO_AUDIO_ERROR_PROCESSING, "processing");
    _Static_assert((int)GUIDE_BUFFER_SIZE == (int)MOJO_AUDIO_ERROR_BUFFER_SIZE, "buffer size");
    _Static_assert(sizeof(GuideStatus) == sizeof(MojoAudioStatus), "status");
    return number;
}

// Functions and the handle again: a declaration that differs is an error.
#include "api_spectrogram.c"
#include "api_version.c"
MojoMelConfig mojo_mel_config_default(void);
MojoAudioStatus mojo_mel_config_validate(const MojoMelConfig* config);
const char* mojo_audio_last_error(void);

int main(void) { return guide_statuses(0); }
