// A test is a function. A check that fails prints where and why, and the test continues.

#ifndef HARNESS_H
#define HARNESS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "mojo_audio.h"

static int passed_tests, failed_tests, failed_checks;

#define CHECK(condition, ...)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            ++failed_checks;                                                                       \
            printf("  %s:%d: %s: ", __FILE__, __LINE__, #condition);                               \
            printf(__VA_ARGS__);                                                                   \
            printf("\n");                                                                          \
        }                                                                                          \
    } while (0)

// Whether a call ended with a status; shows the text of the error if not.
#define CHECK_STATUS(call, wanted)                                                                 \
    do {                                                                                           \
        MojoAudioStatus came_ = (call);                                                            \
        CHECK(came_ == (wanted), "%s, %s", mojo_audio_status_name((int32_t)came_),                 \
              mojo_audio_last_error());                                                            \
    } while (0)

#define CHECK_OK(call) CHECK_STATUS(call, MOJO_AUDIO_SUCCESS)

// Whether a call failed with a text.
#define CHECK_REFUSED(call, wanted, text)                                                          \
    do {                                                                                           \
        CHECK_STATUS(call, wanted);                                                                \
        CHECK(strcmp(mojo_audio_last_error(), text) == 0, "`%s`", mojo_audio_last_error());        \
    } while (0)

// Ends a test: counts it, and names it if it failed.
static inline void end_test(const char* name) {
    if (failed_checks == 0) {
        ++passed_tests;
    } else {
        ++failed_tests;
        printf("FAILED: %s\n", name);
    }
    failed_checks = 0;
}

#define RUN(test)                                                                                  \
    do {                                                                                           \
        test();                                                                                    \
        end_test(#test);                                                                           \
    } while (0)

// Ends the program.
static inline int report(void) {
    printf("%d passed, %d failed\n", passed_tests, failed_tests);
    return failed_tests != 0;
}

// Allocates memory or exits. The Rust tests cover failed allocations.
static inline void* memory(size_t bytes) {
    void* place = malloc(bytes ? bytes : 1);
    if (!place) {
        puts("the test itself has no memory");
        exit(2);
    }
    return place;
}

#endif
