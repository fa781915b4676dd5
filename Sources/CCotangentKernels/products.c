#include "ct_reductions.h"
#include "clones.h"
#include <string.h>

// Products, "any" and "all" over the middle axis of x[outer][n][inner]. Integer products wrap around.
#pragma clang fp contract(off)

enum { LANES = 16 };

#define DEFINE_PRODUCT(name, T, S)                                                                                   \
    typedef T name##_vector __attribute__((vector_size(LANES * sizeof(T))));                                         \
                                                                                                                     \
    CT_INLINE T name##_row(size_t n, const T *x) {                                                                   \
        T product = 1;                                                                                               \
        size_t i = 0;                                                                                                \
        if (n >= 2 * LANES) {                                                                                        \
            name##_vector p0, p1, v0, v1;                                                                            \
            memcpy(&p0, x, sizeof p0);                                                                               \
            memcpy(&p1, x + LANES, sizeof p1);                                                                       \
            for (i = 2 * LANES; i + 2 * LANES <= n; i += 2 * LANES) {                                                \
                memcpy(&v0, x + i, sizeof v0);                                                                       \
                memcpy(&v1, x + i + LANES, sizeof v1);                                                               \
                p0 *= v0;                                                                                            \
                p1 *= v1;                                                                                            \
            }                                                                                                        \
            p0 *= p1;                                                                                                \
            for (size_t k = 0; k < LANES; k++) product *= p0[k];                                                     \
        }                                                                                                            \
        for (; i < n; i++) product *= x[i];                                                                          \
        return product;                                                                                              \
    }                                                                                                                \
                                                                                                                     \
    CT_INLINE void name##_columns(size_t n, size_t inner, const T *x, T *restrict y) {                               \
        for (size_t j = 0; j < inner; j++) y[j] = 1;                                                                 \
        for (size_t i = 0; i < n; i++, x += inner)                                                                   \
            for (size_t j = 0; j < inner; j++) y[j] *= x[j];                                                         \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void name(size_t outer, size_t n, size_t inner, const S *x_, S *y_) {                                  \
        const T *x = (const T *)x_;                                                                                  \
        T *y = (T *)y_;                                                                                              \
        for (size_t o = 0; o < outer; o++) {                                                                         \
            if (inner == 1) y[o] = name##_row(n, x + o * n);                                                         \
            else name##_columns(n, inner, x + o * n * inner, y + o * inner);                                         \
        }                                                                                                            \
    }

DEFINE_PRODUCT(ct_product_f32, float, float)
DEFINE_PRODUCT(ct_product_f64, double, double)
DEFINE_PRODUCT(ct_product_i64, uint64_t, int64_t)

// One row: blocks, so that a long row can end early.
CT_INLINE uint8_t any_nonzero(size_t n, const uint8_t *x) {
    for (size_t i = 0; i < n;) {
        size_t end = n - i < 1024 ? n : i + 1024;
        uint8_t found = 0;
        for (; i < end; i++) found |= x[i];
        if (found) return 1;
    }
    return 0;
}

CT_CLONES void ct_any_u8(size_t outer, size_t n, size_t inner, const uint8_t *x, uint8_t *restrict y) {
    for (size_t o = 0; o < outer; o++, x += n * inner, y += inner) {
        if (inner == 1) {
            *y = any_nonzero(n, x);
            continue;
        }
        memset(y, 0, inner);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < inner; j++) y[j] |= x[i * inner + j] != 0;
    }
}

CT_CLONES void ct_all_u8(size_t outer, size_t n, size_t inner, const uint8_t *x, uint8_t *restrict y) {
    for (size_t o = 0; o < outer; o++, x += n * inner, y += inner) {
        if (inner == 1) {
            *y = n == 0 || memchr(x, 0, n) == NULL;
            continue;
        }
        memset(y, 1, inner);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < inner; j++) y[j] &= x[i * inner + j] != 0;
    }
}
