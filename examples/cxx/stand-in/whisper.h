// Stands in for whisper.cpp's header where that is not installed: the functions that the example calls, with
// the same names, types and results. Definitions are in whisper.cc beside it.

#ifndef WHISPER_H
#define WHISPER_H

#ifdef __cplusplus
extern "C" {
#endif

struct whisper_context;

struct whisper_context_params {
    int unused;
};

struct whisper_full_params {
    int duration_ms;
};

enum whisper_sampling_strategy { WHISPER_SAMPLING_GREEDY, WHISPER_SAMPLING_BEAM_SEARCH };

struct whisper_context_params whisper_context_default_params(void);
struct whisper_context* whisper_init_from_file_with_params(const char* path_model,
                                                           struct whisper_context_params params);
void whisper_free(struct whisper_context* ctx);
int whisper_model_n_mels(struct whisper_context* ctx);
int whisper_set_mel(struct whisper_context* ctx, const float* data, int n_len, int n_mel);
struct whisper_full_params whisper_full_default_params(enum whisper_sampling_strategy strategy);
int whisper_full(struct whisper_context* ctx, struct whisper_full_params params, const float* samples,
                 int n_samples);
int whisper_full_n_segments(struct whisper_context* ctx);
const char* whisper_full_get_segment_text(struct whisper_context* ctx, int i_segment);

#ifdef __cplusplus
}
#endif

#endif
