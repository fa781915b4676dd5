#include "ct_elementwise.h"
#include "vector_math.h"

// |x| < 0.9: x + x p(x²) with p = erf x / x − 1. Above: 1 − e^−q(x) with q = −log erfc x, fitted with the weight of its
// effect on erf, up to 4, where erf rounds to 1.
CT_INLINE float erf_value(float x) {
    float a = __builtin_fabsf(x);
    float z = a * a;
    float p = 0x1.4d38b8p-14f;
    p = p * z + -0x1.a586fcp-11f;
    p = p * z + 0x1.543f5ep-8f;
    p = p * z + -0x1.b80064p-6f;
    p = p * z + 0x1.ce2d60p-4f;
    p = p * z + -0x1.812740p-2f;
    p = p * z + 0x1.06eba8p-3f;
    float b = a < 4.0f ? a : 4.0f;
    float q = 0x1.5d9ef4p-16f;
    q = q * b + -0x1.c4717ep-12f;
    q = q * b + 0x1.1067acp-8f;
    q = q * b + -0x1.9aee20p-6f;
    q = q * b + 0x1.bb45e4p-4f;
    q = q * b + 0x1.444d14p-1f;
    q = q * b + 0x1.212628p+0f;
    q = q * b + -0x1.62d98cp-13f;
    float value = a >= 0.9f ? 1.0f - ct_exp_normal(-q) : a + a * p; // NaN takes the second way
    return ct_copy_sign(value, x);
}

CT_CLONES void ct_erf_f32(size_t n, const float *x, float *y) { CT_MAP_LANES(float, n, x, y, v, erf_value(v)) }

void ct_erf_f64(size_t n, const double *x, double *y) {
    for (size_t i = 0; i < n; i++) y[i] = erf(x[i]);
}

// For a ≥ 0: 1 − Φ(a) = e^(−a²/2) E(a), E(a) = erfcx(a/√2) / 2 as a polynomial in (a − 4) / (a + 4), 2^-31. At 16 the
// product is below any float.
CT_INLINE double upper_tail(double a) {
    double t = (a - 4.0) / (a + 4.0);
    double e = 7.374383563881952e-06;
    e = e * t + 2.4940722726967142e-05;
    e = e * t + -4.926122874135153e-05;
    e = e * t + -0.0001859571797198505;
    e = e * t + 0.0006404823694935336;
    e = e * t + 0.0005073623172055951;
    e = e * t + -0.008492427129138868;
    e = e * t + 0.030864825135499475;
    e = e * t + -0.07170738017417917;
    e = e * t + 0.12437925396148843;
    e = e * t + -0.17039772215536123;
    e = e * t + 0.0944106413196612;
    return e * ct_exp2_double(a * a * (-0.5 * CT_LOG2_E));
}

// x Φ(x). Float64 lanes: in the left tail a relative error of e^(−x²/2) is an absolute one of x², up to 100.
CT_INLINE float gelu_value(float x) {
    float a = __builtin_fabsf(x);
    a = a > 16.0f ? 16.0f : a;
    double tail = upper_tail((double)a);
    float bounded = x < -16.0f ? -16.0f : x; // −∞ Φ(−∞) is −0, as the limit
    return (float)((double)bounded * (x < 0.0f ? tail : 1.0 - tail));
}

CT_CLONES void ct_gelu_f32(size_t n, const float *x, float *y) { CT_MAP_LANES(float, n, x, y, v, gelu_value(v)) }

void ct_gelu_f64(size_t n, const double *x, double *y) {
    for (size_t i = 0; i < n; i++) {
        double v = x[i] < -64.0 ? -64.0 : x[i]; // where e^(−v²/2) is 0, and −∞ would give NaN
        y[i] = 0.5 * v * erfc(v * -0.70710678118654752440);
    }
}
