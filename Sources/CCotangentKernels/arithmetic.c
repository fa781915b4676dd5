#include "clones.h"
#include "ct_elementwise.h"

// Loops of a few instructions an element, bound by memory: the vectoriser does the rest.

#define UNARY(name, suffix, T, expression)                                  \
    CT_CLONES void ct_##name##_##suffix(size_t n, const T *x, T *y) {       \
        CT_VECTORISE                                                        \
        for (size_t i = 0; i < n; i++) {                                    \
            const T v = x[i];                                               \
            y[i] = expression;                                              \
        }                                                                   \
    }

#define UNARY_SCALAR(name, suffix, T, expression)                                \
    CT_CLONES void ct_##name##_##suffix(size_t n, const T *x, T c, T *y) {       \
        CT_VECTORISE                                                             \
        for (size_t i = 0; i < n; i++) {                                         \
            const T v = x[i];                                                    \
            y[i] = expression;                                                   \
        }                                                                        \
    }

#define BINARY_LOOP(T, left, right, expression) \
    CT_VECTORISE                                \
    for (size_t i = 0; i < n; i++) {            \
        const T u = left, v = right;            \
        y[i] = expression;                      \
    }

// Steps of 0 and 1 are known to the compiler in their own loops; a repeated value is read once, before y may
// overwrite it.
#define BINARY(name, suffix, T, expression)                                                                         \
    CT_CLONES void ct_##name##_##suffix(size_t n, const T *a, ptrdiff_t sa, const T *b, ptrdiff_t sb, T *y) {       \
        if (n == 0) return;                                                                                         \
        const T a0 = a[0], b0 = b[0];                                                                               \
        if (sa == 1 && sb == 1) {                                                                                   \
            BINARY_LOOP(T, a[i], b[i], expression)                                                                  \
        } else if (sa == 1 && sb == 0) {                                                                            \
            BINARY_LOOP(T, a[i], b0, expression)                                                                    \
        } else if (sa == 0 && sb == 1) {                                                                            \
            BINARY_LOOP(T, a0, b[i], expression)                                                                    \
        } else if (sa == 0 && sb == 0) {                                                                            \
            BINARY_LOOP(T, a0, b0, expression)                                                                      \
        } else {                                                                                                    \
            for (size_t i = 0; i < n; i++) {                                                                        \
                const T u = sa ? a[(ptrdiff_t)i * sa] : a0, v = sb ? b[(ptrdiff_t)i * sb] : b0;                     \
                y[i] = expression;                                                                                  \
            }                                                                                                       \
        }                                                                                                           \
    }

// The compilers' intrinsics: unlike sqrt() and friends they never set errno, which would stop the vectoriser.
#define FOR_FLOATING(suffix, T)                                                 \
    UNARY(neg, suffix, T, -v)                                                   \
    UNARY(abs, suffix, T, __builtin_elementwise_abs(v))                         \
    UNARY(sign, suffix, T, v > 0 ? (T)1 : v < 0 ? (T) - 1 : v)                  \
    UNARY(square, suffix, T, v *v)                                              \
    UNARY(reciprocal, suffix, T, (T)1 / v)                                      \
    UNARY(sqrt, suffix, T, __builtin_elementwise_sqrt(v))                       \
    UNARY(rsqrt, suffix, T, (T)1 / __builtin_elementwise_sqrt(v))               \
    UNARY(floor, suffix, T, __builtin_elementwise_floor(v))                     \
    UNARY(ceil, suffix, T, __builtin_elementwise_ceil(v))                       \
    UNARY(round, suffix, T, __builtin_elementwise_roundeven(v))                 \
    UNARY_SCALAR(add_scalar, suffix, T, v + c)                                  \
    UNARY_SCALAR(rsub_scalar, suffix, T, c - v)                                 \
    UNARY_SCALAR(mul_scalar, suffix, T, v *c)                                   \
    UNARY_SCALAR(div_scalar, suffix, T, v / c)                                  \
    UNARY_SCALAR(rdiv_scalar, suffix, T, c / v)                                 \
    UNARY_SCALAR(max_scalar, suffix, T, v > c || v != v ? v : c)                \
    UNARY_SCALAR(min_scalar, suffix, T, v < c || v != v ? v : c)                \
    BINARY(add, suffix, T, u + v)                                               \
    BINARY(sub, suffix, T, u - v)                                               \
    BINARY(mul, suffix, T, u *v)                                                \
    BINARY(div, suffix, T, u / v)                                               \
    BINARY(maximum, suffix, T, u > v || u != u ? u : v)                         \
    BINARY(minimum, suffix, T, u < v || u != u ? u : v)                         \
    CT_CLONES void ct_clamp_##suffix(size_t n, const T *x, T low, T high, T *y) { \
        CT_VECTORISE                                                            \
        for (size_t i = 0; i < n; i++) {                                        \
            const T v = x[i] < low ? low : x[i];                                \
            y[i] = v > high ? high : v;                                         \
        }                                                                       \
    }                                                                           \
    CT_CLONES void ct_axpy_##suffix(size_t n, T a, const T *x, T *y) {          \
        CT_VECTORISE                                                            \
        for (size_t i = 0; i < n; i++) y[i] += a * x[i];                        \
    }

FOR_FLOATING(f32, float)
FOR_FLOATING(f64, double)

// Unsigned arithmetic wraps around; the smallest integer divided by −1 would trap.
#define WRAP(operation) (int64_t)((uint64_t)u operation(uint64_t) v)
BINARY(add, i64, int64_t, WRAP(+))
BINARY(sub, i64, int64_t, WRAP(-))
BINARY(mul, i64, int64_t, WRAP(*))
BINARY(maximum, i64, int64_t, u > v ? u : v)
BINARY(minimum, i64, int64_t, u < v ? u : v)

void ct_div_i64(size_t n, const int64_t *a, ptrdiff_t sa, const int64_t *b, ptrdiff_t sb, int64_t *y) {
    if (n == 0) return;
    const int64_t a0 = a[0], b0 = b[0];
    for (size_t i = 0; i < n; i++) {
        int64_t u = sa == 0 ? a0 : a[(ptrdiff_t)i * sa], v = sb == 0 ? b0 : b[(ptrdiff_t)i * sb];
        y[i] = v == -1 ? (int64_t)(0 - (uint64_t)u) : u / v;
    }
}
