#include "ct_elementwise.h"
#include "vector_math.h"

CT_INLINE int is_integer(float magnitude) {
    return magnitude >= 0x1p23f || (magnitude + 0x1p23f) - 0x1p23f == magnitude;
}

// 2^(y log₂|x|) in float64 lanes, then C's special cases (C23, F.10.4.4). From 2²⁴ on every float is even.
CT_INLINE float power(float x, float y) {
    float value = (float)ct_exp2_double((double)y * ct_log2_double((double)__builtin_fabsf(x)));
    float magnitude = __builtin_fabsf(y);
    int integer = is_integer(magnitude);
    int odd = integer & !is_integer(magnitude * 0.5f);
    uint32_t negative = ct_bits(x) >> 31;
    value = ((x < 0.0f) & (x > -INFINITY) & !integer) ? NAN : value;
    value = ct_from_bits(ct_bits(value) ^ (negative & (uint32_t)odd) << 31);
    value = ((__builtin_fabsf(x) == 1.0f) & (magnitude == INFINITY)) ? 1.0f : value;
    return ((x == 1.0f) | (y == 0.0f)) ? 1.0f : value;
}

CT_CLONES void ct_pow_f32(size_t n, const float *a, ptrdiff_t sa, const float *b, ptrdiff_t sb, float *y) {
    if (n == 0) return;
    const float a0 = a[0], b0 = b[0];
    if (sa == 1 && sb == 0) {
        CT_MAP_LANES(float, n, a, y, v, power(v, b0))
    } else if (sa == 0 && sb == 1) {
        CT_MAP_LANES(float, n, b, y, v, power(a0, v))
    } else {
        for (size_t start = 0; start < n; start += CT_LANES) {
            CT_ALIGNED float base[CT_LANES], exponent[CT_LANES];
            size_t left = n - start < CT_LANES ? n - start : CT_LANES;
            for (size_t lane = 0; lane < CT_LANES; lane++) {
                ptrdiff_t i = (ptrdiff_t)(start + (lane < left ? lane : 0));
                base[lane] = sa == 0 ? a0 : a[i * sa];
                exponent[lane] = sb == 0 ? b0 : b[i * sb];
            }
            CT_EACH_LANE base[lane] = power(base[lane], exponent[lane]);
            __builtin_memcpy(y + start, base, left * sizeof(float));
        }
    }
}

// The commonest exponents need no logarithm.
void ct_pow_scalar_f32(size_t n, const float *x, float c, float *y) {
    if (c == 2.0f) ct_square_f32(n, x, y);
    else if (c == 1.0f) memmove(y, x, n * sizeof(float));
    else if (c == -1.0f) ct_reciprocal_f32(n, x, y);
    else ct_pow_f32(n, x, 1, &c, 0, y);
}

void ct_rpow_scalar_f32(size_t n, const float *x, float c, float *y) { ct_pow_f32(n, &c, 0, x, 1, y); }

void ct_pow_f64(size_t n, const double *a, ptrdiff_t sa, const double *b, ptrdiff_t sb, double *y) {
    if (n == 0) return;
    const double a0 = a[0], b0 = b[0];
    for (size_t i = 0; i < n; i++)
        y[i] = pow(sa == 0 ? a0 : a[(ptrdiff_t)i * sa], sb == 0 ? b0 : b[(ptrdiff_t)i * sb]);
}

void ct_pow_scalar_f64(size_t n, const double *x, double c, double *y) {
    if (c == 2.0) ct_square_f64(n, x, y);
    else ct_pow_f64(n, x, 1, &c, 0, y);
}

void ct_rpow_scalar_f64(size_t n, const double *x, double c, double *y) { ct_pow_f64(n, &c, 0, x, 1, y); }
