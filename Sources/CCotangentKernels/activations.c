#include "ct_elementwise.h"
#include "vector_math.h"

#define MAP_F32(name, expression) \
    CT_CLONES void ct_##name##_f32(size_t n, const float *x, float *y) { CT_MAP_LANES(float, n, x, y, v, expression) }

// Float64 transcendentals go through the C library.
#define MAP_F64(name, expression)                                  \
    void ct_##name##_f64(size_t n, const double *x, double *y) {   \
        for (size_t i = 0; i < n; i++) {                           \
            const double v = x[i];                                 \
            y[i] = expression;                                     \
        }                                                          \
    }

#define MAP_PLAIN(name, suffix, T, expression)                            \
    CT_CLONES void ct_##name##_##suffix(size_t n, const T *x, T *y) {     \
        CT_VECTORISE                                                      \
        for (size_t i = 0; i < n; i++) {                                  \
            const T v = x[i];                                             \
            y[i] = expression;                                            \
        }                                                                 \
    }

// v ≤ 0 is false for NaN, which stays.
MAP_PLAIN(relu, f32, float, v <= 0 ? 0 : v)
MAP_PLAIN(relu, f64, double, v <= 0 ? 0 : v)

CT_INLINE double sigmoid_double(double x) {
    double e = exp(-fabs(x));
    return (x < 0.0 ? e : 1.0) / (1.0 + e);
}
CT_CLONES void ct_sigmoid_f32(size_t n, const float *x, float *y) {
    CT_MAP_LANES_IF(float, n, x, y, v, __builtin_fabsf(v) <= CT_EXP_NORMAL,
                    ct_sigmoid_of(v, ct_exp_normal(-__builtin_fabsf(v))),
                    ct_sigmoid_of(v, ct_exp_value(-__builtin_fabsf(v))))
}
MAP_F64(sigmoid, sigmoid_double(v))

// max(x, 0) + log(1 + e^−|x|)
CT_CLONES void ct_softplus_f32(size_t n, const float *x, float *y) {
    CT_MAP_LANES_IF(float, n, x, y, v, __builtin_fabsf(v) <= CT_EXP_NORMAL,
                    (v > 0.0f ? v : 0.0f) + ct_log1p_unit(ct_exp_normal(-__builtin_fabsf(v))),
                    (v > 0.0f ? v : 0.0f) + ct_log1p_unit(ct_exp_value(-__builtin_fabsf(v))))
}
MAP_F64(softplus, (v > 0.0 ? v : 0.0) + log1p(exp(-fabs(v))))

// From minus a few hundred down, x sigmoid(x) and its like are 0; without the bound −∞ · 0 would give NaN.
// With e = e^−|x| and t = x e / (1 + e): x − t on the right, t on the left, further left x e − e t, where what x e^r = x + x (e^r − 1)
// rounds away is put back. The power of two comes last: e alone may have lost bits that x e still has.
CT_INLINE float silu_float(float x) {
    float bounded = x < -110.0f ? -110.0f : x;
    bounded = bounded > 110.0f ? 110.0f : bounded; // ∞ · 0 again, in x t
    int32_t k;
    float q = ct_exp_reduced(-__builtin_fabsf(bounded), &k);
    float e = ct_scale(1.0f + q, k);
    float scaled = bounded + bounded * q;
    float rounded = bounded * q - (scaled - bounded);
    float quotient = (x <= 0.0f ? scaled : e) / (1.0f + e);
    float left = e < 0.7f ? scaled - (e * quotient - rounded) : quotient;
    // At ∞ the quotient is 0, and ∞ · 0 would give NaN.
    return x < 0.0f ? ct_scale(left, k) : x - (x > 110.0f ? 110.0f : x) * quotient;
}
MAP_F32(silu, silu_float(v))
MAP_F64(silu, (v < -800.0 ? -800.0 : v) * sigmoid_double(v))

// x/2 (1 + tanh u) = x sigmoid(2u). Float64 lanes, since a relative error of e^2u is an absolute one of 2u.
#define GELU_TANH_SLOPE 1.5957691216057308 // 2 √(2/π)
CT_INLINE float gelu_tanh_float(float x) {
    double v = (double)(x < -64.0f ? -64.0f : x);
    double t = (GELU_TANH_SLOPE * CT_LOG2_E) * (v + 0.044715 * v * v * v);
    double e = ct_exp2_double(-__builtin_fabs(t));
    return (float)(v * (x < 0.0f ? e : 1.0) / (1.0 + e));
}
CT_INLINE double gelu_tanh_double(double x) {
    double v = x < -64.0 ? -64.0 : x;
    return v * sigmoid_double(GELU_TANH_SLOPE * (v + 0.044715 * v * v * v));
}
MAP_F32(gelu_tanh, gelu_tanh_float(v))
MAP_F64(gelu_tanh, gelu_tanh_double(v))

// Klambauer et al., "Self-normalizing neural networks", NIPS 2017
#define SELU_SCALE 1.0507009873554804934193349852946
#define SELU_ALPHA 1.6732632423543772848170429916717
// Factors in two parts, the second positive, so that −0 stays
CT_INLINE float selu_float(float x) {
    int right = x > 0.0f;
    float base = right ? x : ct_expm1_value(x);
    return base * (right ? 0x1.0cfabcp+0f : 0x1.c212ccp+0f) + base * (right ? 0x1.6a9114p-24f : 0x1.903c0cp-26f);
}
MAP_F32(selu, selu_float(v))
MAP_F64(selu, v > 0.0 ? v *SELU_SCALE : expm1(v) * (SELU_SCALE * SELU_ALPHA))

CT_CLONES void ct_elu_f32(size_t n, const float *x, float c, float *y) {
    CT_MAP_LANES(float, n, x, y, v, v > 0.0f ? v : c * ct_expm1_value(v))
}
void ct_elu_f64(size_t n, const double *x, double c, double *y) {
    for (size_t i = 0; i < n; i++) y[i] = x[i] > 0.0 ? x[i] : c * expm1(x[i]);
}

#define FOR_FLOATING(suffix, T)                                                                                      \
    CT_CLONES void ct_leaky_relu_##suffix(size_t n, const T *x, T c, T *y) {                                         \
        CT_VECTORISE                                                                                                 \
        for (size_t i = 0; i < n; i++) y[i] = x[i] > 0 ? x[i] : c * x[i];                                            \
    }                                                                                                                \
    CT_CLONES void ct_relu_gradient_##suffix(size_t n, const T *dy, const T *y, T *dx) {                             \
        CT_VECTORISE                                                                                                 \
        for (size_t i = 0; i < n; i++) {                                                                             \
            const T v = dy[i];                                                                                       \
            dx[i] = y[i] > 0 ? v : 0;                                                                                \
        }                                                                                                            \
    }                                                                                                                \
    CT_CLONES void ct_tanh_gradient_##suffix(size_t n, const T *dy, const T *y, T *dx) {                             \
        CT_VECTORISE                                                                                                 \
        for (size_t i = 0; i < n; i++) dx[i] = dy[i] * (1 - y[i] * y[i]);                                            \
    }                                                                                                                \
    CT_CLONES void ct_sigmoid_gradient_##suffix(size_t n, const T *dy, const T *y, T *dx) {                          \
        CT_VECTORISE                                                                                                 \
        for (size_t i = 0; i < n; i++) dx[i] = dy[i] * (y[i] * (1 - y[i]));                                          \
    }                                                                                                                \
    CT_CLONES void ct_bias_activation_##suffix(size_t rows, size_t columns, const T *bias, int relu, T *c,           \
                                               size_t ldc) {                                                         \
        for (size_t r = 0; r < rows; r++) {                                                                          \
            T *row = c + r * ldc;                                                                                    \
            if (bias && relu) {                                                                                      \
                CT_VECTORISE                                                                                         \
                for (size_t j = 0; j < columns; j++) {                                                               \
                    const T v = row[j] + bias[j];                                                                    \
                    row[j] = v <= 0 ? 0 : v;                                                                         \
                }                                                                                                    \
            } else if (bias) {                                                                                       \
                CT_VECTORISE                                                                                         \
                for (size_t j = 0; j < columns; j++) row[j] += bias[j];                                              \
            } else if (relu) {                                                                                       \
                CT_VECTORISE                                                                                         \
                for (size_t j = 0; j < columns; j++) row[j] = row[j] <= 0 ? 0 : row[j];                              \
            }                                                                                                        \
        }                                                                                                            \
    }
FOR_FLOATING(f32, float)
FOR_FLOATING(f64, double)
