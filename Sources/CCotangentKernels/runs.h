#ifndef CT_RUNS_H
#define CT_RUNS_H

#include "row_vectors.h"

// Copies of short runs. The last vector of a run that does not fill it overlaps the one before, so nothing is done
// element by element; a call of memcpy costs more than most of these runs.

#define HALF_RUN(T, size)                                                   \
    if (n >= (size)) {                                                      \
        memcpy(to, from, (size) * sizeof(T));                               \
        memcpy(to + n - (size), from + n - (size), (size) * sizeof(T));     \
        return;                                                             \
    }

#define DEFINE_RUNS(suffix, T)                                                                                        \
    CT_INLINE void copy_run_##suffix(ptrdiff_t n, const T *from, T *to) {                                             \
        enum { lanes = LANES_##suffix };                                                                              \
        if (n >= lanes) {                                                                                             \
            ptrdiff_t i = 0;                                                                                          \
            for (; i + lanes <= n; i += lanes) memcpy(to + i, from + i, lanes * sizeof(T));                           \
            if (i < n) memcpy(to + n - lanes, from + n - lanes, lanes * sizeof(T));                                   \
            return;                                                                                                   \
        }                                                                                                             \
        HALF_RUN(T, 8) HALF_RUN(T, 4) HALF_RUN(T, 2) if (n == 1) *to = *from;                                         \
    }

DEFINE_RUNS(f32, float)
DEFINE_RUNS(f64, double)

// Every second element: lanes 0, 2, 4, … of two neighbouring vectors.
#define EVEN_f32(a, b) \
    __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#define EVEN_f64(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14)

// to[j] = from[2 j] for j in 0..<n; from has 2 n − 1 elements.
#define DEFINE_EVEN_RUN(suffix, T)                                                                                    \
    CT_INLINE void copy_even_run_##suffix(ptrdiff_t n, const T *from, T *to) {                                        \
        enum { lanes = LANES_##suffix };                                                                              \
        ptrdiff_t j = 0;                                                                                              \
        /* One element behind the last that counts is read: it must not be the row's end. */                          \
        for (; j + lanes < n; j += lanes) {                                                                           \
            vector_##suffix a, b;                                                                                     \
            memcpy(&a, from + 2 * j, sizeof a);                                                                       \
            memcpy(&b, from + 2 * j + lanes, sizeof b);                                                               \
            a = EVEN_##suffix(a, b);                                                                                  \
            memcpy(to + j, &a, sizeof a);                                                                             \
        }                                                                                                             \
        for (; j < n; j++) to[j] = from[2 * j];                                                                       \
    }

DEFINE_EVEN_RUN(f32, float)
DEFINE_EVEN_RUN(f64, double)

#endif
