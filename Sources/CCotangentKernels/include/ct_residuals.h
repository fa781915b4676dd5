#ifndef CT_RESIDUALS_H
#define CT_RESIDUALS_H

#include <stddef.h>

// Residuals of least squares in twice the precision of double, rounded once at the end: errors of products and sums are
// found exactly and summed beside (Ogita, Rump and Oishi, "Accurate sum and dot product", 2005, algorithm Dot2).
// columns[p][n] holds a matrix A (n×p) column by column.

// f = y − r − A w
void ct_residual_f64(
    size_t n, size_t p, const double *columns, const double *w, const double *y, const double *r, double *f);
// g = −Aᵀ r
void ct_negative_slopes_f64(size_t n, size_t p, const double *columns, const double *r, double *g);

#endif
