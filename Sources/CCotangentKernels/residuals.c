#include "ct_residuals.h"
#include "clones.h"

#pragma clang fp contract(off)

enum { BLOCK = 512, LANES = 8 };

// s + e becomes s + e + a b: exactly but for the sum in e. Knuth's sum of two, and the fused product.
#define ADD_PRODUCT(s, e, a, b)                                    \
    do {                                                           \
        double product = (a) * (b);                                \
        double lost = __builtin_fma((a), (b), -product);           \
        double sum = (s) + product;                                \
        double part = sum - (s);                                   \
        (e) += (((s) - (sum - part)) + (product - part)) + lost;   \
        (s) = sum;                                                 \
    } while (0)

CT_CLONES void ct_residual_f64(
    size_t n, size_t p, const double *columns, const double *w, const double *y, const double *r, double *f
) {
    double sums[BLOCK], errors[BLOCK];
    for (size_t start = 0; start < n; start += BLOCK) {
        size_t count = n - start < BLOCK ? n - start : BLOCK;
        for (size_t i = 0; i < count; i++) {
            sums[i] = y[start + i];
            errors[i] = 0;
            ADD_PRODUCT(sums[i], errors[i], -1.0, r[start + i]);
        }
        for (size_t j = 0; j < p; j++) {
            const double *column = columns + j * n + start;
            double factor = -w[j];
            for (size_t i = 0; i < count; i++) ADD_PRODUCT(sums[i], errors[i], column[i], factor);
        }
        for (size_t i = 0; i < count; i++) f[start + i] = sums[i] + errors[i];
    }
}

CT_CLONES void ct_negative_slopes_f64(size_t n, size_t p, const double *columns, const double *r, double *g) {
    for (size_t j = 0; j < p; j++) {
        const double *column = columns + j * n;
        double sums[LANES] = {0}, errors[LANES] = {0};
        size_t i = 0;
        for (; i + LANES <= n; i += LANES) {
            for (size_t k = 0; k < LANES; k++) ADD_PRODUCT(sums[k], errors[k], column[i + k], r[i + k]);
        }
        for (; i < n; i++) ADD_PRODUCT(sums[0], errors[0], column[i], r[i]);
        for (size_t k = 1; k < LANES; k++) {
            ADD_PRODUCT(sums[0], errors[0], 1.0, sums[k]);
            errors[0] += errors[k];
        }
        g[j] = -(sums[0] + errors[0]);
    }
}
