#ifndef CT_LOSSES_H
#define CT_LOSSES_H

#include <stddef.h>
#include <stdint.h>

// Softmax and cross-entropy with class labels in one pass over rows of n logits:
// losses[r] = log Σ e^x[r] − x[r][labels[r]], probabilities = softmax(x).
// A row whose label is `ignored` has loss 0. Labels outside 0..<n that are not `ignored` are the caller's to refuse.
// `probabilities` may be null where no gradient is wanted.
void ct_softmax_cross_entropy_f32(size_t rows, size_t n, const float *x, const int64_t *labels, int64_t ignored,
                                  float *probabilities, float *losses);
void ct_softmax_cross_entropy_f64(size_t rows, size_t n, const double *x, const int64_t *labels, int64_t ignored,
                                  double *probabilities, double *losses);

// dx = scale (probabilities − one-hot(labels)); rows whose label is `ignored` get 0.
void ct_softmax_cross_entropy_gradient_f32(size_t rows, size_t n, const float *probabilities, const int64_t *labels,
                                           int64_t ignored, float scale, float *dx);
void ct_softmax_cross_entropy_gradient_f64(size_t rows, size_t n, const double *probabilities, const int64_t *labels,
                                           int64_t ignored, double scale, double *dx);

#endif
