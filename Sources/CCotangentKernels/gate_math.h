#ifndef CT_GATE_MATH_H
#define CT_GATE_MATH_H

#include "row_vectors.h"

// Sigmoid and tanh of whole vectors, as fractions, so that several share one division, the dearest instruction here.
#pragma clang fp contract(fast)

// e^x − 1, exact where x is small, and e^x for x ≤ 0. Far below 0 both stay at their value at the bound, where e^x
// counts for nothing.
#define DEFINE_DECAY(suffix, T, FAR)                                                                                 \
    CT_INLINE void decay_##suffix(const vector_##suffix *x, vector_##suffix *less_one, vector_##suffix *e) {         \
        mask_##suffix far = *x < (T)(FAR);                                                                           \
        vector_##suffix limit = {0}, q, scale;                                                                       \
        limit += (T)(FAR);                                                                                           \
        vector_##suffix v = (vector_##suffix)((far & (mask_##suffix)limit) | (~far & (mask_##suffix)*x));            \
        reduced_exp_##suffix(&v, &q, &scale);                                                                        \
        *less_one = scale * q + (scale - (T)1);                                                                      \
        *e = scale * q + scale;                                                                                      \
    }
DEFINE_DECAY(f32, float, -87.0f)
DEFINE_DECAY(f64, double, -708.0)

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
