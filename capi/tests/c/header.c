// The header alone, twice: it needs nothing before it. As C and as C++.

#include "mojo_audio.h"
#include "mojo_audio.h"

int main(void) {
    MojoMelOptions options;
    options.window = MOJO_MEL_WINDOW_HANN;
    MojoMelConfig config = mojo_mel_config_default();
    MojoAudioStatus status = mojo_mel_config_validate(&config);
    return (int)status + options.window + MOJO_AUDIO_VERSION_MAJOR;
}
