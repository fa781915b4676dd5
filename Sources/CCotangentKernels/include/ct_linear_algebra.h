#ifndef CT_LINEAR_ALGEBRA_H
#define CT_LINEAR_ALGEBRA_H

#include <stddef.h>
#include <stdint.h>

// LU factors of many small matrices, n ≤ CT_SMALL_LU_MOST, several at a time, one to a lane: LAPACK's overhead a call is
// some hundred times the arithmetic of 3×3. See small_lu.c.
#define CT_SMALL_LU_MOST 8

// A = P L U in place with partial pivoting, as getrf leaves it: `count` column-major n×n matrices one behind the other,
// n pivots (from 1) each. info: 0, or the first k (from 1) with U[k][k] = 0.
void ct_small_lu_f32(size_t count, size_t n, float *a, int32_t *pivots, int32_t *info);
void ct_small_lu_f64(size_t count, size_t n, double *a, int32_t *pivots, int32_t *info);

// x in place of b (n×k, row-major) with Aᵀ x = b, or with A x = b where `plain`, for the A that were factored. (The
// memory of a row-major matrix is its transpose column-major, so Aᵀ is the caller's own matrix.)
void ct_small_lu_solve_f32(
    int plain, size_t count, size_t n, size_t k, const float *factors, const int32_t *pivots, float *b);
void ct_small_lu_solve_f64(
    int plain, size_t count, size_t n, size_t k, const double *factors, const int32_t *pivots, double *b);

#endif
