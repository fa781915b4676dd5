#ifndef CT_FILTERING_H
#define CT_FILTERING_H

#include <stddef.h>
#include <stdint.h>

// Linear filters of one plane. `ld` is the distance between rows, in elements.

// y[m][n] = Σ k[i][j] x[m + i][n + j] for a kernel of kernel_rows × kernel_columns without gaps. x has
// rows + kernel_rows − 1 rows of columns + kernel_columns − 1 values. y shares no memory with the others.
void ct_correlate_f32(size_t rows, size_t columns, size_t kernel_rows, size_t kernel_columns, const float *k,
                      const float *x, size_t ldx, float *y, size_t ldy);
void ct_correlate_f64(size_t rows, size_t columns, size_t kernel_rows, size_t kernel_columns, const double *k,
                      const double *x, size_t ldx, double *y, size_t ldy);

// *total = Σ x[m][n] y[m][n], the rows' sums added in float64.
void ct_match_f32(size_t rows, size_t columns, const float *x, size_t ldx, const float *y, size_t ldy, float *total);
void ct_match_f64(size_t rows, size_t columns, const double *x, size_t ldx, const double *y, size_t ldy, double *total);

// Rows of an image with its border, one after the other: y[m] is row row_map[m] of x, or zeros where that is negative.
// Of it come `left` values from the columns that left_map names, `middle` ones from column `start` on, and `right` ones
// from those that right_map names; 0 where a map is negative. x has no gaps and rows of `width`.
void ct_extend_f32(size_t rows, const ptrdiff_t *row_map, size_t left, const ptrdiff_t *left_map, size_t middle,
                   size_t start, size_t right, const ptrdiff_t *right_map, size_t width, const float *x, float *y);
void ct_extend_f64(size_t rows, const ptrdiff_t *row_map, size_t left, const ptrdiff_t *left_map, size_t middle,
                   size_t start, size_t right, const ptrdiff_t *right_map, size_t width, const double *x, double *y);

// Its adjoint: adds each value of y to the one of x from which it came.
void ct_fold_f32(size_t rows, const ptrdiff_t *row_map, size_t left, const ptrdiff_t *left_map, size_t middle,
                 size_t start, size_t right, const ptrdiff_t *right_map, size_t width, const float *y, float *x);
void ct_fold_f64(size_t rows, const ptrdiff_t *row_map, size_t left, const ptrdiff_t *left_map, size_t middle,
                 size_t start, size_t right, const ptrdiff_t *right_map, size_t width, const double *y, double *x);

#endif
