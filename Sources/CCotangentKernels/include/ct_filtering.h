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

// y[m][n] = x[row_map[m]][column_map[n]], 0 where either is negative: a part of an image with its border. x has no
// gaps and rows of `width`. Columns first ..< last of y are those that follow x, column_map[n + 1] = column_map[n] + 1;
// the maps' values elsewhere are any.
void ct_extend_f32(size_t rows, size_t columns, const ptrdiff_t *row_map, const ptrdiff_t *column_map, size_t first,
                   size_t last, size_t width, const float *x, float *y);
void ct_extend_f64(size_t rows, size_t columns, const ptrdiff_t *row_map, const ptrdiff_t *column_map, size_t first,
                   size_t last, size_t width, const double *x, double *y);

// Its adjoint: x[row_map[m]][column_map[n]] += y[m][n].
void ct_fold_f32(size_t rows, size_t columns, const ptrdiff_t *row_map, const ptrdiff_t *column_map, size_t first,
                 size_t last, size_t width, const float *y, float *x);
void ct_fold_f64(size_t rows, size_t columns, const ptrdiff_t *row_map, const ptrdiff_t *column_map, size_t first,
                 size_t last, size_t width, const double *y, double *x);

#endif
