#ifndef CT_MOVEMENT_H
#define CT_MOVEMENT_H

#include <stddef.h>
#include <stdint.h>

// Copies a strided view into contiguous memory. Elements are of 1, 4 or 8 bytes; strides count elements and may be
// 0 or negative. A transposed view of two axes is copied in tiles.
void ct_copy_strided(size_t element_size, size_t rank, const ptrdiff_t *shape, const ptrdiff_t *strides,
                     const void *x, void *y);

// The reverse: contiguous x into the strided places of y (which must not overlap each other).
void ct_scatter_strided(size_t element_size, size_t rank, const ptrdiff_t *shape, const ptrdiff_t *strides,
                        const void *x, void *y);

// y[o][i][:] = x[o][indices[i]][:]: whole slices of `slice` elements picked from an axis of length n.
// Indices are 0..<n: the caller has checked them.
void ct_take(size_t element_size, size_t outer, size_t n, size_t count, size_t slice, const int64_t *indices,
             const void *x, void *y);
// y[o][indices[i]][:] += x[o][i][:]
void ct_scatter_add_f32(size_t outer, size_t n, size_t count, size_t slice, const int64_t *indices, const float *x, float *y);
void ct_scatter_add_f64(size_t outer, size_t n, size_t count, size_t slice, const int64_t *indices, const double *x, double *y);
void ct_scatter_add_i64(size_t outer, size_t n, size_t count, size_t slice, const int64_t *indices, const int64_t *x, int64_t *y);

// Along an axis with indices of x's rank (gather as in PyTorch, "take along axis" in NumPy):
// y[o][i][k] = x[o][indices[o][i][k]][k], x is [outer][n][inner], indices and y [outer][count][inner].
void ct_gather_along(size_t element_size, size_t outer, size_t n, size_t count, size_t inner, const int64_t *indices,
                     const void *x, void *y);
// y[o][indices[o][i][k]][k] += x[o][i][k]
void ct_scatter_add_along_f32(size_t outer, size_t n, size_t count, size_t inner, const int64_t *indices, const float *x, float *y);
void ct_scatter_add_along_f64(size_t outer, size_t n, size_t count, size_t inner, const int64_t *indices, const double *x, double *y);
void ct_scatter_add_along_i64(size_t outer, size_t n, size_t count, size_t inner, const int64_t *indices, const int64_t *x, int64_t *y);

// 0 where every index is within -n..<n; otherwise 1 + the position of the first that is not.
// Negative ones are counted from the end, and `normalized` (may be `indices`) holds them as 0..<n.
size_t ct_normalize_indices(size_t count, int64_t n, const int64_t *indices, int64_t *normalized);

// Stable sort of each row of n values: sorted values and where they stood. NaN sorts last, in both directions.
void ct_sort_f32(size_t rows, size_t n, int descending, const float *x, float *values, int64_t *positions);
void ct_sort_f64(size_t rows, size_t n, int descending, const double *x, double *values, int64_t *positions);
void ct_sort_i64(size_t rows, size_t n, int descending, const int64_t *x, int64_t *values, int64_t *positions);

void ct_fill_f32(size_t n, float value, float *y);
void ct_fill_f64(size_t n, double value, double *y);
void ct_fill_i64(size_t n, int64_t value, int64_t *y);

#endif
