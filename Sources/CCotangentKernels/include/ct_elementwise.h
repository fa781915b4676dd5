#ifndef CT_ELEMENTWISE_H
#define CT_ELEMENTWISE_H

#include <stddef.h>
#include <stdint.h>

// Element-wise loops. `y` may be the same memory as an input, never a part of it.
// A float32 transcendental is within 2 ulp of the exact value over its whole range.

// y[i] = f(x[i])
#define CT_UNARY(name)                                              \
    void ct_##name##_f32(size_t n, const float *x, float *y);       \
    void ct_##name##_f64(size_t n, const double *x, double *y);
CT_UNARY(neg)
CT_UNARY(abs)
CT_UNARY(sign)        // NaN stays NaN, ±0 stays ±0
CT_UNARY(square)
CT_UNARY(reciprocal)
CT_UNARY(sqrt)
CT_UNARY(rsqrt)
CT_UNARY(floor)
CT_UNARY(ceil)
CT_UNARY(round)       // ties to even
CT_UNARY(exp)
CT_UNARY(expm1)
CT_UNARY(log)
CT_UNARY(log1p)
CT_UNARY(sin)
CT_UNARY(cos)
CT_UNARY(tanh)
CT_UNARY(erf)
CT_UNARY(sigmoid)     // 1 / (1 + e^−x)
CT_UNARY(softplus)    // log(1 + e^x)
CT_UNARY(relu)        // NaN stays NaN
CT_UNARY(selu)
CT_UNARY(gelu)        // x Φ(x)
CT_UNARY(gelu_tanh)   // x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))
CT_UNARY(silu)        // x sigmoid(x)
#undef CT_UNARY

// y[i] = f(x[i], c)
#define CT_UNARY_SCALAR(name)                                                   \
    void ct_##name##_f32(size_t n, const float *x, float c, float *y);          \
    void ct_##name##_f64(size_t n, const double *x, double c, double *y);
CT_UNARY_SCALAR(leaky_relu)    // c: the slope below zero
CT_UNARY_SCALAR(elu)           // c: alpha
CT_UNARY_SCALAR(add_scalar)    // x + c
CT_UNARY_SCALAR(rsub_scalar)   // c − x
CT_UNARY_SCALAR(mul_scalar)    // x c
CT_UNARY_SCALAR(div_scalar)    // x / c
CT_UNARY_SCALAR(rdiv_scalar)   // c / x
CT_UNARY_SCALAR(max_scalar)    // NaN in x stays NaN
CT_UNARY_SCALAR(min_scalar)
CT_UNARY_SCALAR(pow_scalar)    // x^c
CT_UNARY_SCALAR(rpow_scalar)   // c^x
#undef CT_UNARY_SCALAR

void ct_clamp_f32(size_t n, const float *x, float low, float high, float *y);   // NaN stays NaN
void ct_clamp_f64(size_t n, const double *x, double low, double high, double *y);

// y[i] = f(a[i sa], b[i sb]); a step is 0 (one value repeated) or 1; others work but are slow.
#define CT_BINARY(name)                                                                                         \
    void ct_##name##_f32(size_t n, const float *a, ptrdiff_t sa, const float *b, ptrdiff_t sb, float *y);       \
    void ct_##name##_f64(size_t n, const double *a, ptrdiff_t sa, const double *b, ptrdiff_t sb, double *y);
#define CT_BINARY_I64(name)                                                                                     \
    void ct_##name##_i64(size_t n, const int64_t *a, ptrdiff_t sa, const int64_t *b, ptrdiff_t sb, int64_t *y);
CT_BINARY(add) CT_BINARY_I64(add)      // int64 wraps around
CT_BINARY(sub) CT_BINARY_I64(sub)
CT_BINARY(mul) CT_BINARY_I64(mul)
CT_BINARY(div) CT_BINARY_I64(div)      // int64 rounds toward zero; a divisor of 0 is the caller's to refuse
CT_BINARY(maximum) CT_BINARY_I64(maximum)  // a NaN on either side gives NaN
CT_BINARY(minimum) CT_BINARY_I64(minimum)
CT_BINARY(pow)
#undef CT_BINARY
#undef CT_BINARY_I64

// y[i] = a[i sa] ? b[i sb], as 0 or 1
#define CT_COMPARE(name, suffix, type) \
    void ct_##name##_##suffix(size_t n, const type *a, ptrdiff_t sa, const type *b, ptrdiff_t sb, uint8_t *y);
#define CT_COMPARE_ALL(name)         \
    CT_COMPARE(name, f32, float)     \
    CT_COMPARE(name, f64, double)    \
    CT_COMPARE(name, i64, int64_t)   \
    CT_COMPARE(name, u8, uint8_t)
CT_COMPARE_ALL(equal)
CT_COMPARE_ALL(not_equal)
CT_COMPARE_ALL(less)
CT_COMPARE_ALL(less_equal)
CT_COMPARE_ALL(greater)
CT_COMPARE_ALL(greater_equal)
CT_COMPARE(logical_and, u8, uint8_t)
CT_COMPARE(logical_or, u8, uint8_t)
CT_COMPARE(logical_xor, u8, uint8_t)
#undef CT_COMPARE_ALL
#undef CT_COMPARE
void ct_logical_not_u8(size_t n, const uint8_t *x, uint8_t *y);

// y[i] = condition[i sc] ? a[i sa] : b[i sb]
#define CT_WHERE(suffix, type)                                                                      \
    void ct_where_##suffix(size_t n, const uint8_t *condition, ptrdiff_t sc, const type *a, ptrdiff_t sa, \
                           const type *b, ptrdiff_t sb, type *y);
CT_WHERE(f32, float)
CT_WHERE(f64, double)
CT_WHERE(i64, int64_t)
CT_WHERE(u8, uint8_t)
#undef CT_WHERE

// Conversions. Floating point to int64 rounds toward zero, saturates at int64's ends, and takes NaN to 0;
// anything but zero becomes 1 as bool.
#define CT_CAST(from, F, to, T) void ct_cast_##from##_##to(size_t n, const F *x, T *y);
CT_CAST(f32, float, f64, double)
CT_CAST(f32, float, i64, int64_t)
CT_CAST(f32, float, u8, uint8_t)
CT_CAST(f64, double, f32, float)
CT_CAST(f64, double, i64, int64_t)
CT_CAST(f64, double, u8, uint8_t)
CT_CAST(i64, int64_t, f32, float)
CT_CAST(i64, int64_t, f64, double)
CT_CAST(i64, int64_t, u8, uint8_t)
CT_CAST(u8, uint8_t, f32, float)
CT_CAST(u8, uint8_t, f64, double)
CT_CAST(u8, uint8_t, i64, int64_t)
#undef CT_CAST

// The products that pullbacks of activations need, in one pass. `y` is the activation's value, `dx` may be `dy`.
#define CT_GRADIENT(name)                                                                           \
    void ct_##name##_gradient_f32(size_t n, const float *dy, const float *y, float *dx);            \
    void ct_##name##_gradient_f64(size_t n, const double *dy, const double *y, double *dx);
CT_GRADIENT(relu)      // y > 0 ? dy : 0
CT_GRADIENT(tanh)      // dy (1 − y²)
CT_GRADIENT(sigmoid)   // dy y (1 − y)
#undef CT_GRADIENT

// y[i] += a x[i]
void ct_axpy_f32(size_t n, float a, const float *x, float *y);
void ct_axpy_f64(size_t n, double a, const double *x, double *y);

// The epilogue of a linear layer on rows × columns of c with leading dimension ldc, while they are in cache:
// c[r][j] += bias[j] (no bias where it is null), then ReLU where `relu` is not 0.
void ct_bias_activation_f32(size_t rows, size_t columns, const float *bias, int relu, float *c, size_t ldc);
void ct_bias_activation_f64(size_t rows, size_t columns, const double *bias, int relu, double *c, size_t ldc);

// The index of the first element that is infinite or NaN, or n.
size_t ct_first_nonfinite_f32(size_t n, const float *x);
size_t ct_first_nonfinite_f64(size_t n, const double *x);

#endif
