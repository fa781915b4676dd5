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

// Every second element, from two neighbouring vectors, and where the second one begins an element early.
#define EVEN_f32(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#define LAST_f32(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 17, 19, 21, 23, 25, 27, 29, 31)
#define EVEN_f64(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#define LAST_f64(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 9, 11, 13, 15)

// to[j] = from[2 j] for j in 0..<n; nothing behind from[2 n − 2] is read.
#define DEFINE_EVEN_RUN(suffix, T)                                                                                    \
    CT_INLINE void copy_even_run_##suffix(ptrdiff_t n, const T *from, T *to) {                                        \
        enum { lanes = LANES_##suffix };                                                                              \
        vector_##suffix a, b;                                                                                         \
        if (n < lanes) {                                                                                              \
            for (ptrdiff_t j = 0; j < n; j++) to[j] = from[2 * j];                                                    \
            return;                                                                                                   \
        }                                                                                                             \
        for (ptrdiff_t j = 0; j + lanes < n; j += lanes) {                                                            \
            memcpy(&a, from + 2 * j, sizeof a);                                                                       \
            memcpy(&b, from + 2 * j + lanes, sizeof b);                                                               \
            a = EVEN_##suffix(a, b);                                                                                  \
            memcpy(to + j, &a, sizeof a);                                                                             \
        }                                                                                                             \
        memcpy(&a, from + 2 * (n - lanes), sizeof a);                                                                 \
        memcpy(&b, from + 2 * n - 1 - lanes, sizeof b);                                                               \
        a = LAST_##suffix(a, b);                                                                                      \
        memcpy(to + n - lanes, &a, sizeof a);                                                                         \
    }

DEFINE_EVEN_RUN(f32, float)
DEFINE_EVEN_RUN(f64, double)

#endif
