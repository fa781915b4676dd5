#ifndef CT_RESAMPLING_H
#define CT_RESAMPLING_H

#include <stddef.h>

// y[o][r][:] = Σ weights[t] x[o][places[t]][:] for t in starts[r] ..< starts[r + 1]: a sparse matrix of `rows` rows along
// the middle axis of x[outer][n][inner].
void ct_resample_f32(size_t outer, size_t n, size_t rows, size_t inner, const size_t *starts, const size_t *places,
                     const double *weights, const float *x, float *y);
void ct_resample_f64(size_t outer, size_t n, size_t rows, size_t inner, const size_t *starts, const size_t *places,
                     const double *weights, const double *x, double *y);

#endif
