#include "ct_resampling.h"
#include "clones.h"

// A sparse matrix along an axis: upsampling, pooling of uneven windows, and their adjoints. Rows are of few entries.

#define DEFINE_RESAMPLE(suffix, T)                                                                                     \
    CT_CLONES void ct_resample_##suffix(size_t outer, size_t n, size_t rows, size_t inner, const size_t *starts,       \
                                        const size_t *places, const double *weights, const T *x, T *restrict y) {      \
        for (size_t o = 0; o < outer; o++, x += n * inner)                                                             \
            for (size_t r = 0; r < rows; r++, y += inner) {                                                            \
                if (inner == 1) {                                                                                      \
                    T sum = 0;                                                                                         \
                    for (size_t t = starts[r]; t < starts[r + 1]; t++) sum += (T)weights[t] * x[places[t]];            \
                    *y = sum;                                                                                          \
                    continue;                                                                                          \
                }                                                                                                      \
                memset(y, 0, inner * sizeof(T));                                                                       \
                for (size_t t = starts[r]; t < starts[r + 1]; t++) {                                                   \
                    const T weight = (T)weights[t], *from = x + places[t] * inner;                                     \
                    for (size_t k = 0; k < inner; k++) y[k] += weight * from[k];                                       \
                }                                                                                                      \
            }                                                                                                          \
    }
DEFINE_RESAMPLE(f32, float)
DEFINE_RESAMPLE(f64, double)
