#ifndef CT_ROW_VECTORS_H
#define CT_ROW_VECTORS_H

#include "clones.h"
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Whole vectors for rows of any length: the last one of a row is filled up with a value that does not count.
#pragma clang fp contract(fast)

enum { LANES_f32 = 16, LANES_f64 = 8 };
typedef float vector_f32 __attribute__((vector_size(64)));
typedef double vector_f64 __attribute__((vector_size(64)));
typedef int32_t mask_f32 __attribute__((vector_size(64)));
typedef int64_t mask_f64 __attribute__((vector_size(64)));

// x = k log 2 + r with |r| ≤ log 2 / 2: q = e^r − 1 and 2^k, so that e^x = 2^k (q + 1). For x of which 2^k is a normal
// number. float32: the polynomial is of degree 6, by Remez's exchange for relative error (3.1e-9). float64: Taylor's of
// degree 13 (4e-18). log 2 is split in two so that k times its upper part is exact.
CT_INLINE void reduced_exp_f32(const vector_f32 *x, vector_f32 *q, vector_f32 *scale) {
    const float round = 0x1.8p23f; // adding it rounds to an integer, in the low bits of the sum
    vector_f32 shifted = *x * 1.44269504f + round, k = shifted - round;
    vector_f32 r = *x - k * 0.693359375f;
    r = r + k * 2.12194440e-4f;
    vector_f32 p = 0.0013814472f * r + 0.008368779f;
    p = p * r + 0.041668393f;
    p = p * r + 0.1666652f;
    p = p * r + 0.49999994f;
    *q = p * (r * r) + r;
    *scale = (vector_f32)(((mask_f32)shifted << 23) + 0x3F800000);
}

CT_INLINE void reduced_exp_f64(const vector_f64 *x, vector_f64 *q, vector_f64 *scale) {
    const double round = 0x1.8p52;
    vector_f64 shifted = *x * 1.4426950408889634 + round, k = shifted - round;
    vector_f64 r = *x - k * 6.93147180369123816490e-1;
    r = r - k * 1.90821492927058770002e-10;
    vector_f64 p = (1.0 / 6227020800) * r + 1.0 / 479001600;
    p = p * r + 1.0 / 39916800;
    p = p * r + 1.0 / 3628800;
    p = p * r + 1.0 / 362880;
    p = p * r + 1.0 / 40320;
    p = p * r + 1.0 / 5040;
    p = p * r + 1.0 / 720;
    p = p * r + 1.0 / 120;
    p = p * r + 1.0 / 24;
    p = p * r + 1.0 / 6;
    p = p * r + 0.5;
    *q = p * (r * r) + r;
    *scale = (vector_f64)(((mask_f64)shifted << 52) + INT64_C(0x3FF0000000000000));
}

// e^x for x ≤ 0, where results below the smallest normal number may be 0: that saves a quarter of a general exp.
#define DEFINE_EXP(suffix, T, SMALLEST)                                                                              \
    CT_INLINE void exp_##suffix(const vector_##suffix *x, vector_##suffix *y) {                                      \
        vector_##suffix q, scale;                                                                                    \
        reduced_exp_##suffix(x, &q, &scale);                                                                         \
        vector_##suffix p = (q + (T)1) * scale; /* a product: NaN stays NaN */                                       \
        mask_##suffix tiny = *x < (T)(SMALLEST);                                                                     \
        *y = (vector_##suffix)(~tiny & (mask_##suffix)p);                                                            \
    }
DEFINE_EXP(f32, float, -87.33654f)            // log 2^−126
DEFINE_EXP(f64, double, -708.3964185322641) // log 2^−1022

// a > b ? a : b, lane by lane
#define LARGER(suffix, a, b)                                                                                         \
    ((vector_##suffix)(((mask_##suffix)((a) > (b)) & (mask_##suffix)(a))                                             \
                       | (~(mask_##suffix)((a) > (b)) & (mask_##suffix)(b))))

// Each lane's partner at distance d, for reductions that leave the result in every lane.
#define PARTNERS_f64(v, d)                                                                                           \
    __builtin_shufflevector(v, v, 0 ^ (d), 1 ^ (d), 2 ^ (d), 3 ^ (d), 4 ^ (d), 5 ^ (d), 6 ^ (d), 7 ^ (d))
#define PARTNERS_f32(v, d)                                                                                           \
    __builtin_shufflevector(v, v, 0 ^ (d), 1 ^ (d), 2 ^ (d), 3 ^ (d), 4 ^ (d), 5 ^ (d), 6 ^ (d), 7 ^ (d), 8 ^ (d),   \
                            9 ^ (d), 10 ^ (d), 11 ^ (d), 12 ^ (d), 13 ^ (d), 14 ^ (d), 15 ^ (d))

#define DEFINE_ROW_VECTORS(suffix, T, INTEGER)                                                                       \
    /* The n values at x, or as many as fit; behind fewer of them, `fill`. `readable` values may be read at x: */    \
    /* reading past the row's end and masking is faster than reading a part. */                                      \
    CT_INLINE void load_##suffix(size_t n, size_t readable, const T *x, T fill, vector_##suffix *v) {                \
        if (n >= LANES_##suffix) {                                                                                   \
            memcpy(v, x, sizeof *v);                                                                                 \
        } else if (readable >= LANES_##suffix) {                                                                     \
            vector_##suffix filled = {0};                                                                            \
            mask_##suffix index;                                                                                     \
            filled += fill;                                                                                          \
            for (int k = 0; k < LANES_##suffix; k++) index[k] = k;                                                   \
            memcpy(v, x, sizeof *v);                                                                                 \
            mask_##suffix used = index < (INTEGER)n;                                                                 \
            *v = (vector_##suffix)((used & (mask_##suffix)*v) | (~used & (mask_##suffix)filled));                    \
        } else {                                                                                                     \
            T l[LANES_##suffix];                                                                                     \
            for (size_t i = 0; i < LANES_##suffix; i++) l[i] = fill;                                                 \
            for (size_t i = 0; i < n; i++) l[i] = x[i];                                                              \
            memcpy(v, l, sizeof l);                                                                                  \
        }                                                                                                            \
    }                                                                                                                \
                                                                                                                     \
    CT_INLINE void store_##suffix(size_t n, const vector_##suffix *v, T *y) {                                        \
        if (n >= LANES_##suffix) {                                                                                   \
            memcpy(y, v, sizeof *v);                                                                                 \
            return;                                                                                                  \
        }                                                                                                            \
        T l[2 * 8];                                                                                                  \
        size_t i = 0;                                                                                                \
        memcpy(l, v, sizeof *v);                                                                                     \
        if (n & 8) memcpy(y, l, 8 * sizeof(T)), i = 8;                                                               \
        if (n & 4) memcpy(y + i, l + i, 4 * sizeof(T)), i += 4;                                                      \
        if (n & 2) memcpy(y + i, l + i, 2 * sizeof(T)), i += 2;                                                      \
        if (n & 1) y[i] = l[i];                                                                                      \
    }                                                                                                                \
                                                                                                                     \
    CT_INLINE T total_##suffix(const vector_##suffix *x) {                                                           \
        vector_##suffix v = *x;                                                                                      \
        if (LANES_##suffix == 16) v += PARTNERS_##suffix(v, LANES_##suffix / 2);                                     \
        v += PARTNERS_##suffix(v, 4);                                                                                \
        v += PARTNERS_##suffix(v, 2);                                                                                \
        v += PARTNERS_##suffix(v, 1);                                                                                \
        return v[0];                                                                                                 \
    }                                                                                                                \
                                                                                                                     \
    CT_INLINE T maximum_##suffix(const vector_##suffix *x) {                                                         \
        vector_##suffix v = *x, w = PARTNERS_##suffix(v, LANES_##suffix / 2);                                        \
        v = LARGER(suffix, v, w);                                                                                    \
        w = PARTNERS_##suffix(v, 4);                                                                                 \
        v = LARGER(suffix, v, w);                                                                                    \
        w = PARTNERS_##suffix(v, 2);                                                                                 \
        v = LARGER(suffix, v, w);                                                                                    \
        w = PARTNERS_##suffix(v, 1);                                                                                 \
        v = LARGER(suffix, v, w);                                                                                    \
        return v[0];                                                                                                 \
    }

DEFINE_ROW_VECTORS(f32, float, int32_t)
DEFINE_ROW_VECTORS(f64, double, int64_t)

#endif
