#ifndef CT_GATE_MATH_H
#define CT_GATE_MATH_H

#include "row_vectors.h"

// Sigmoid and tanh of whole vectors, as fractions, so that several share one division, the dearest instruction here.
#pragma clang fp contract(fast)

// e^x − 1 and e^x for x ≤ 0. Far below 0 both stay at their value at the bound, where e^x counts for nothing.
// x = k log 2 + r with |r| ≤ log 2 / 2, q = e^r − 1, then e^x − 1 = 2^k q + (2^k − 1): exact where x is small.
// The polynomials are those of exp_f32 and exp_f64 without their constant term.
CT_INLINE void decay_f32(const vector_f32 *x, vector_f32 *less_one, vector_f32 *e) {
    const float round = 0x1.8p23f;
    mask_f32 far = *x < -87.0f;
    vector_f32 limit = {0};
    limit -= 87.0f;
    vector_f32 v = (vector_f32)((far & (mask_f32)limit) | (~far & (mask_f32)*x));
    vector_f32 shifted = v * 1.44269504f + round, k = shifted - round;
    vector_f32 r = v - k * 0.693359375f;
    r = r + k * 2.12194440e-4f;
    vector_f32 q = 0.0013814472f * r + 0.008368779f;
    q = q * r + 0.041668393f;
    q = q * r + 0.1666652f;
    q = q * r + 0.49999994f;
    q = q * (r * r) + r;
    vector_f32 scale = (vector_f32)(((mask_f32)shifted << 23) + 0x3F800000);
    *less_one = scale * q + (scale - 1.0f);
    *e = scale * q + scale;
}

CT_INLINE void decay_f64(const vector_f64 *x, vector_f64 *less_one, vector_f64 *e) {
    const double round = 0x1.8p52;
    mask_f64 far = *x < -708.0;
    vector_f64 limit = {0};
    limit -= 708.0;
    vector_f64 v = (vector_f64)((far & (mask_f64)limit) | (~far & (mask_f64)*x));
    vector_f64 shifted = v * 1.4426950408889634 + round, k = shifted - round;
    vector_f64 r = v - k * 6.93147180369123816490e-1;
    r = r - k * 1.90821492927058770002e-10;
    vector_f64 q = (1.0 / 6227020800) * r + 1.0 / 479001600;
    q = q * r + 1.0 / 39916800;
    q = q * r + 1.0 / 3628800;
    q = q * r + 1.0 / 362880;
    q = q * r + 1.0 / 40320;
    q = q * r + 1.0 / 5040;
    q = q * r + 1.0 / 720;
    q = q * r + 1.0 / 120;
    q = q * r + 1.0 / 24;
    q = q * r + 1.0 / 6;
    q = q * r + 0.5;
    q = q * (r * r) + r;
    vector_f64 scale = (vector_f64)(((mask_f64)shifted << 52) + INT64_C(0x3FF0000000000000));
    *less_one = scale * q + (scale - 1.0);
    *e = scale * q + scale;
}

#define DEFINE_GATE_MATH(suffix, T, SIGN)                                                                            \
    /* sigmoid(x) = n / d: with e = e^−|x|, 1 / (1 + e) on the right, e / (1 + e) on the left */                     \
    CT_INLINE void sigmoid_fraction_##suffix(const vector_##suffix *x, vector_##suffix *n, vector_##suffix *d) {     \
        vector_##suffix negative = (vector_##suffix)((mask_##suffix)*x | (SIGN)), less_one, e, one = {0};            \
        one += (T)1;                                                                                                 \
        decay_##suffix(&negative, &less_one, &e);                                                                    \
        mask_##suffix left = *x < (T)0;                                                                              \
        *n = (vector_##suffix)((left & (mask_##suffix)e) | (~left & (mask_##suffix)one));                            \
        *d = e + (T)1;                                                                                               \
    }                                                                                                                \
                                                                                                                     \
    /* tanh(x) = n / d: with e = e^−2|x|, (1 − e) / (1 + e) and x's sign */                                          \
    CT_INLINE void tanh_fraction_##suffix(const vector_##suffix *x, vector_##suffix *n, vector_##suffix *d) {        \
        vector_##suffix doubled = *x + *x, less_one, e;                                                              \
        doubled = (vector_##suffix)((mask_##suffix)doubled | (SIGN));                                                \
        decay_##suffix(&doubled, &less_one, &e);                                                                     \
        *n = (vector_##suffix)(((mask_##suffix)less_one & ~(SIGN)) | ((mask_##suffix)*x & (SIGN)));                  \
        *d = less_one + (T)2;                                                                                        \
    }

DEFINE_GATE_MATH(f32, float, INT32_MIN)
DEFINE_GATE_MATH(f64, double, INT64_MIN)

#endif
