#include "ct_reductions.h"

// Running sums along the middle axis of x[outer][n][inner]; y may be x. float32 sums run in float64, so that their
// error does not grow with n. A row is one chain of additions: four rows at a time hide their latency.

enum { STRIP = 256 };

#define DEFINE_CUMULATIVE(suffix, T, SUM)                                                                            \
    void ct_cumulative_sum_##suffix(size_t outer, size_t n, size_t inner, const T *x, T *y) {                        \
        if (inner == 1) {                                                                                            \
            for (; outer >= 4; outer -= 4, x += 4 * n, y += 4 * n) {                                                 \
                SUM a = 0, b = 0, c = 0, d = 0;                                                                      \
                for (size_t i = 0; i < n; i++) {                                                                     \
                    y[i] = (T)(a += (SUM)x[i]);                                                                      \
                    y[i + n] = (T)(b += (SUM)x[i + n]);                                                              \
                    y[i + 2 * n] = (T)(c += (SUM)x[i + 2 * n]);                                                      \
                    y[i + 3 * n] = (T)(d += (SUM)x[i + 3 * n]);                                                      \
                }                                                                                                    \
            }                                                                                                        \
            for (; outer > 0; outer--, x += n, y += n) {                                                             \
                SUM a = 0;                                                                                           \
                for (size_t i = 0; i < n; i++) y[i] = (T)(a += (SUM)x[i]);                                           \
            }                                                                                                        \
            return;                                                                                                  \
        }                                                                                                            \
        for (size_t o = 0; o < outer; o++, x += n * inner, y += n * inner)                                           \
            for (size_t start = 0; start < inner; start += STRIP) {                                                  \
                size_t width = inner - start < STRIP ? inner - start : STRIP;                                        \
                SUM total[STRIP] = {0};                                                                              \
                for (size_t i = 0; i < n; i++) {                                                                     \
                    const T *from = x + i * inner + start;                                                           \
                    T *to = y + i * inner + start;                                                                   \
                    for (size_t j = 0; j < width; j++) to[j] = (T)(total[j] += (SUM)from[j]);                        \
                }                                                                                                    \
            }                                                                                                        \
    }

DEFINE_CUMULATIVE(f32, float, double)
DEFINE_CUMULATIVE(f64, double, double)
DEFINE_CUMULATIVE(i64, int64_t, uint64_t) // unsigned: sums wrap around
