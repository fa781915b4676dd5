#ifndef CT_REDUCTIONS_H
#define CT_REDUCTIONS_H

#include <stddef.h>
#include <stdint.h>

// Reductions of contiguous x[outer][n][inner] over its middle axis into y[outer][inner].
// Sums are blocked (several accumulators, pairwise over blocks), so that their error grows with log n.
// An axis of length 0 gives the operation's identity; max, min, argmax, argmin of it are the caller's to refuse.
#define CT_REDUCE(name, suffix, T, R) \
    void ct_##name##_##suffix(size_t outer, size_t n, size_t inner, const T *x, R *y);
CT_REDUCE(sum, f32, float, float)
CT_REDUCE(sum, f64, double, double)
CT_REDUCE(sum, i64, int64_t, int64_t)
CT_REDUCE(sum, u8, uint8_t, int64_t)       // how many are true
CT_REDUCE(sum_squares, f32, float, float)
CT_REDUCE(sum_squares, f64, double, double)
CT_REDUCE(product, f32, float, float)
CT_REDUCE(product, f64, double, double)
CT_REDUCE(product, i64, int64_t, int64_t)
CT_REDUCE(max, f32, float, float)          // NaN wins, as in NumPy and PyTorch
CT_REDUCE(max, f64, double, double)
CT_REDUCE(max, i64, int64_t, int64_t)
CT_REDUCE(min, f32, float, float)
CT_REDUCE(min, f64, double, double)
CT_REDUCE(min, i64, int64_t, int64_t)
CT_REDUCE(any, u8, uint8_t, uint8_t)
CT_REDUCE(all, u8, uint8_t, uint8_t)
CT_REDUCE(argmax, f32, float, int64_t)     // the first of equals; the first NaN wins
CT_REDUCE(argmax, f64, double, int64_t)
CT_REDUCE(argmax, i64, int64_t, int64_t)
CT_REDUCE(argmin, f32, float, int64_t)
CT_REDUCE(argmin, f64, double, int64_t)
CT_REDUCE(argmin, i64, int64_t, int64_t)
CT_REDUCE(cumulative_sum, f32, float, float)   // y has x's shape
CT_REDUCE(cumulative_sum, f64, double, double)
CT_REDUCE(cumulative_sum, i64, int64_t, int64_t)
#undef CT_REDUCE

// Rows of n values: y = softmax(x), log softmax(x), log Σ e^x (one value a row). x's largest is subtracted first.
// A row of −∞ alone gives NaN in softmax (as PyTorch) and −∞ in log_sum_exp.
#define CT_ROWS(name, suffix, T) void ct_##name##_##suffix(size_t rows, size_t n, const T *x, T *y);
CT_ROWS(softmax, f32, float)
CT_ROWS(softmax, f64, double)
CT_ROWS(log_softmax, f32, float)
CT_ROWS(log_softmax, f64, double)
CT_ROWS(log_sum_exp, f32, float)
CT_ROWS(log_sum_exp, f64, double)
#undef CT_ROWS

// dx = y (dy − Σ dy y) and dx = dy − e^y Σ dy, row by row
#define CT_ROWS_GRADIENT(name, suffix, T) \
    void ct_##name##_gradient_##suffix(size_t rows, size_t n, const T *dy, const T *y, T *dx);
CT_ROWS_GRADIENT(softmax, f32, float)
CT_ROWS_GRADIENT(softmax, f64, double)
CT_ROWS_GRADIENT(log_softmax, f32, float)
CT_ROWS_GRADIENT(log_softmax, f64, double)
#undef CT_ROWS_GRADIENT

#endif
