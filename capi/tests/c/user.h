// The functions of user.c, once for each version of the library.

#ifndef USER_H
#define USER_H

#include <stddef.h>

#define USER_OF(number, name) user_##number##_##name
#define NAMED(number, name) USER_OF(number, name)
#define USER(name) NAMED(NUMBER, name)

#define DECLARE(number)                                                                            \
    const char* NAMED(number, library)(void);                                                      \
    int NAMED(number, compute)(const float* samples, size_t n, float* out, size_t size);           \
    const char* NAMED(number, fail)(int n_mels);                                                   \
    const char* NAMED(number, last_error)(void);

DECLARE(0)
DECLARE(1)

#endif
