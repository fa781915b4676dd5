#ifndef CT_NORMALIZATION_H
#define CT_NORMALIZATION_H

#include <stddef.h>

// Normalisation of a set of values: y = (x − mean) / √(variance + ε), times a weight, plus a bias.
//
// Tensors are of float32 or float64, as the name says; their pointers are void so that one table holds both. Means and
// factors are double: a mean that is large against the deviation loses nothing by rounding to float32.
// From x on, `readable` values may be read, those between blocks included: whole vectors are faster than parts of them.

// Blocks: `blocks` runs of `length` values, the first ones `step` apart, with one factor for all of them.
#define CT_BLOCKS(suffix)                                                                                             \
    /* the mean, and Σ (x − mean)² */                                                                                 \
    void ct_block_moments_##suffix(size_t blocks, size_t length, size_t step, size_t readable, const void *x,         \
                                   double *mean, double *squares);                                                    \
    /* y = scale (x − mean) + shift */                                                                                \
    void ct_block_affine_##suffix(size_t blocks, size_t length, size_t step, size_t readable, const void *x,          \
                                  double mean, double scale, double shift, void *y);                                  \
    /* Σ dy and Σ dy (x − mean) */                                                                                    \
    void ct_block_sums_##suffix(size_t blocks, size_t length, size_t step, size_t readable, const void *x,            \
                                const void *dy, double mean, double *sum, double *dot);                               \
    /* dx = a dy + b (x − mean) + c */                                                                                \
    void ct_block_gradient_##suffix(size_t blocks, size_t length, size_t step, size_t readable, const void *x,        \
                                    const void *dy, double mean, double a, double b, double c, void *dx);
CT_BLOCKS(f32)
CT_BLOCKS(f64)
#undef CT_BLOCKS

// Columns: the same for each column of `rows` rows of `width` values, `step` apart; means and factors are arrays.
#define CT_COLUMNS(suffix)                                                                                            \
    void ct_column_moments_##suffix(size_t rows, size_t width, size_t step, size_t readable, const void *x,           \
                                    double *mean, double *squares);                                                   \
    void ct_column_affine_##suffix(size_t rows, size_t width, size_t step, size_t readable, const void *x,            \
                                   const double *mean, const double *scale, const double *shift, void *y);            \
    void ct_column_sums_##suffix(size_t rows, size_t width, size_t step, size_t readable, const void *x,              \
                                 const void *dy, const double *mean, double *sum, double *dot);                       \
    void ct_column_gradient_##suffix(size_t rows, size_t width, size_t step, size_t readable, const void *x,          \
                                     const void *dy, const double *mean, const double *a, const double *b,            \
                                     const double *c, void *dx);
CT_COLUMNS(f32)
CT_COLUMNS(f64)
#undef CT_COLUMNS

// Rows of n values, each a set of its own. Row r takes row r mod period of weight and bias [period][n], either of which
// may be null. figures[r] is the row's mean and its variance.
#define CT_ROWS(suffix)                                                                                               \
    void ct_normalize_rows_##suffix(size_t rows, size_t n, size_t period, const void *x, const void *weight,          \
                                    const void *bias, double epsilon, void *y, double *figures);                      \
    /* dx, where it is not null. To dweight and dbias [period][n], unless null, the rows' contributions are added. */ \
    void ct_normalize_rows_gradient_##suffix(size_t rows, size_t n, size_t period, const void *x, const void *weight, \
                                             const void *dy, double epsilon, const double *figures, void *dx,         \
                                             void *dweight, void *dbias);
CT_ROWS(f32)
CT_ROWS(f64)
#undef CT_ROWS

#endif
