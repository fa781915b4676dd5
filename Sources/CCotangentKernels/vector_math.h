#ifndef CT_VECTOR_MATH_H
#define CT_VECTOR_MATH_H

// Float32 functions without branches or table look-ups, for loops that the compiler vectorises.
// Every x < a ? a : x keeps a NaN in x. Sums of products are left to be fused where the CPU can; nothing relies on it.
//
// Polynomials: minimax fits of the named function's weighted error by linear programming on 400 Chebyshev nodes, with
// the coefficients rounded to their type one after another and the rest fitted again. "2^-31" is the error that
// remains, relative to the function that it serves.

#include "clones.h"
#include <math.h>

CT_INLINE uint32_t ct_bits(float x) {
    uint32_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    return bits;
}

CT_INLINE float ct_from_bits(uint32_t bits) {
    float x;
    __builtin_memcpy(&x, &bits, sizeof x);
    return x;
}

CT_INLINE float ct_copy_sign(float magnitude, float sign) {
    return ct_from_bits((ct_bits(magnitude) & 0x7fffffffu) | (ct_bits(sign) & 0x80000000u));
}

// 2^k for -126 ≤ k ≤ 127
CT_INLINE float ct_power_of_two(int32_t k) { return ct_from_bits((uint32_t)(k + 127) << 23); }

// x = k ln 2 + r, |r| ≤ 0.347; returns e^r − 1. Adding 1.5·2²³ rounds to an integer and leaves it in the low bits.
// The high part of ln 2 has 9 bits, so k times it is exact.
CT_INLINE float ct_exp_reduced(float x, int32_t *k) {
    const float shift = 0x1.8p23f;
    float shifted = x * 0x1.715476p0f + shift;
    float kf = shifted - shift;
    *k = (int32_t)(ct_bits(shifted) - ct_bits(shift));
    float r = x - kf * 0x1.63p-1f + kf * 0x1.bd0106p-13f;
    // (e^r − 1 − r) / r²: 2^-27.1 of e^r, 2^-26.1 of e^r − 1
    float c = 0x1.6d7214p-10f;
    c = c * r + 0x1.12267ep-7f;
    c = c * r + 0x1.5554c8p-5f;
    c = c * r + 0x1.5554b2p-3f;
    c = c * r + 0.5f;
    return r * r * c + r;
}

// value · 2^k for −250 ≤ k ≤ 254, rounded once. In two steps, as 2^k itself may not be a normal number.
CT_INLINE float ct_scale(float value, int32_t k) {
    int32_t half = k >> 1;
    return value * ct_power_of_two(half) * ct_power_of_two(k - half);
}

CT_INLINE float ct_exp_value(float x) {
    x = x > 89.0f ? 89.0f : x;
    x = x < -104.0f ? -104.0f : x;
    int32_t k;
    float p = 1.0f + ct_exp_reduced(x, &k);
    return ct_scale(p, k);
}

// For |x| ≤ CT_EXP_NORMAL, where e^x is a normal number: k is added to p's exponent.
#define CT_EXP_NORMAL 87.0f
CT_INLINE float ct_exp_normal(float x) {
    int32_t k;
    float p = 1.0f + ct_exp_reduced(x, &k);
    return ct_from_bits(ct_bits(p) + ((uint32_t)k << 23));
}

// With s = 2^(k−1): e^x − 1 = 2 (s (e^r − 1) + (s − 1/2)); 2^k itself may be 2^128. Below 2^-25 the result is x.
CT_INLINE float ct_expm1_value(float x) {
    float bounded = x > 89.0f ? 89.0f : x;
    bounded = bounded < -20.0f ? -20.0f : bounded;
    int32_t k;
    float q = ct_exp_reduced(bounded, &k);
    float s = ct_power_of_two(k - 1);
    float value = 2.0f * (s * q + (s - 0.5f));
    return __builtin_fabsf(x) < 0x1p-25f ? x : value;
}

// k ln 2 + log(1 + f) for √½ ≤ 1 + f < √2
CT_INLINE float ct_log_sum(float k, float f) {
    // (log(1 + f) − f + f²/2) / f³, 2^-30
    float c = 0x1.147192p-4f;
    c = c * f + -0x1.de1a40p-4f;
    c = c * f + 0x1.e6ccd0p-4f;
    c = c * f + -0x1.fc2664p-4f;
    c = c * f + 0x1.233ad8p-3f;
    c = c * f + -0x1.555c4ap-3f;
    c = c * f + 0x1.99a47cp-3f;
    c = c * f + -0x1.000006p-2f;
    c = c * f + 0x1.555548p-2f;
    float square = f * f;
    float small = square * f * c + k * -0x1.bd0106p-13f;
    return k * 0x1.63p-1f + (f + (small - 0.5f * square));
}

#define CT_SQRT_HALF_BITS 0x3f3504f3u

// For positive normal numbers. `exponent` is added to log₂ x.
CT_INLINE float ct_log_normal(float x, int32_t exponent) {
    uint32_t bits = ct_bits(x);
    int32_t k = (int32_t)(bits - CT_SQRT_HALF_BITS) >> 23;
    float f = ct_from_bits(bits - ((uint32_t)k << 23)) - 1.0f;
    return ct_log_sum((float)(k + exponent), f);
}

CT_INLINE int ct_is_positive_normal(float x) { return (x >= 0x1p-126f) & (x < INFINITY); }

CT_INLINE float ct_log_value(float x) {
    int subnormal = x < 0x1p-126f;
    float value = ct_log_normal(subnormal ? x * 0x1p23f : x, subnormal ? -23 : 0);
    value = x < INFINITY ? value : x;
    value = x == 0.0f ? -INFINITY : value;
    return x < 0.0f ? NAN : value;
}

// Scaling x and 1 by 2^-k apart keeps what 1 + x rounds away.
CT_INLINE float ct_log1p_value(float x) {
    uint32_t bits = ct_bits(1.0f + x);
    int32_t k = (int32_t)(bits - CT_SQRT_HALF_BITS) >> 23;
    float s = ct_power_of_two(-k);
    float m = ct_from_bits(bits - ((uint32_t)k << 23));
    float f = k < 64 ? s * x + (s - 1.0f) : m - 1.0f;
    float value = ct_log_sum((float)k, f);
    value = x < INFINITY ? value : x;
    value = x == -1.0f ? -INFINITY : value;
    value = x < -1.0f ? NAN : value;
    return x == 0.0f ? x : value;
}

// Up to 0.55 (a half): x + x³ c(x²), 2^-24.7. Then 1 − 2e / (1 + e) with e = e^(−2|x|), where the errors of the
// quotient count for less. At 10 the result is 1. A NaN takes the first way.
CT_INLINE float ct_tanh_value(float x) {
    float a = __builtin_fabsf(x);
    float z = a * a;
    float c = 0x1.0d2e56p-6f;
    c = c * z + -0x1.af73fap-5f;
    c = c * z + 0x1.10ceap-3f;
    c = c * z + -0x1.55545p-2f;
    float bounded = a < 10.0f ? a : 10.0f;
    float e = ct_exp_normal(-bounded - bounded);
    float high = 1.0f - (e + e) / (1.0f + e);
    return ct_copy_sign(a >= 0.55f ? high : a + a * (z * c), x);
}

// With e = e^−|x|, which cannot overflow, and t = e / (1 + e): 1 − t on the right, t on the left, and far on the left
// e − e t, where t's own rounding errors do not count.
CT_INLINE float ct_sigmoid_of(float x, float e) {
    float t = e / (1.0f + e);
    float left = e < 0.5f ? e - e * t : t;
    return x < 0.0f ? left : 1.0f - t;
}

// log(1 + e) for 0 ≤ e ≤ 1
CT_INLINE float ct_log1p_unit(float e) {
    int upper = e > 0.41421356f;
    float f = upper ? 0.5f * e - 0.5f : e;
    return ct_log_sum(upper ? 1.0f : 0.0f, f);
}

#define CT_LOG2_E 1.4426950408889634
#define CT_LN_2 0.6931471805599453

// 2^x to 2^-34 for lanes that are rounded to float afterwards: 0 (as a float) from −160 down, infinite from 130 up.
CT_INLINE double ct_exp2_double(double x) {
    const double shift = 0x1.8p52;
    x = x > 130.0 ? 130.0 : x;
    x = x < -160.0 ? -160.0 : x;
    double shifted = x + shift;
    double r = x - (shifted - shift);
    uint64_t bits;
    __builtin_memcpy(&bits, &shifted, sizeof bits);
    double p = 1.520189079905095e-05;
    p = p * r + 0.00015469316062357018;
    p = p * r + 0.0013333922886600124;
    p = p * r + 0.009618027176394974;
    p = p * r + 0.055504103528166066;
    p = p * r + 0.2402265119873881;
    p = p * r + 0.6931471807287168;
    p = p * r + 0.999999999961616;
    uint64_t power = (bits + 1023) << 52;
    double scale;
    __builtin_memcpy(&scale, &power, sizeof scale);
    return p * scale;
}

// log₂ x to a relative 2^-41 for x ≥ 0 that were float; 0 gives −∞. log₂(1 + f) = f c(f).
CT_INLINE double ct_log2_double(double x) {
    const uint64_t sqrt_half = UINT64_C(0x3fe6a09e667f3bcd);
    uint64_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    // The upper half is enough for the exponent, and 32-bit shifts and conversions are in every instruction set.
    int32_t k = (int32_t)((uint32_t)(bits >> 32) - (uint32_t)(sqrt_half >> 32)) >> 20;
    bits -= (uint64_t)(uint32_t)k << 52;
    double m;
    __builtin_memcpy(&m, &bits, sizeof m);
    double f = m - 1.0;
    double c = 0.06318212389592413;
    c = c * f + -0.12352588563682958;
    c = c * f + 0.12612740037092673;
    c = c * f + -0.1196250819096195;
    c = c * f + 0.12914317620550764;
    c = c * f + -0.14412613270648078;
    c = c * f + 0.16042531703849017;
    c = c * f + -0.18035041187441847;
    c = c * f + 0.20609526304982267;
    c = c * f + -0.24044872694549155;
    c = c * f + 0.2885390707475187;
    c = c * f + -0.36067376590452827;
    c = c * f + 0.48089834658501684;
    c = c * f + -0.7213475204249581;
    c = c * f + 1.442695040889355;
    double value = (double)k + f * c;
    value = x < INFINITY ? value : x;
    return x == 0.0 ? -INFINITY : value;
}

#endif
