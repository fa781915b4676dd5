#include "ct_elementwise.h"
#include "vector_math.h"

// x = k π/2 + r with |r| ≤ π/4, reduced in float64. π/2 in three parts: the first two have 26 bits, so that k times
// them is exact without fused multiply-add for |k| < 2²⁷; beyond `limit` the C library takes over.
static const float limit = 0x1p26f;

CT_INLINE float reduced(float x, uint32_t *quadrant) {
    const double shift = 0x1.8p52;
    double shifted = (double)x * 0x1.45f306dc9c883p-1 + shift;
    double k = shifted - shift;
    uint64_t bits;
    __builtin_memcpy(&bits, &shifted, sizeof bits);
    *quadrant = (uint32_t)bits;
    double r = (double)x - k * 0x1.921fb5p0;
    r = r - k * 0x1.110b46p-26;
    r = r - k * 0x1.1a62633145c07p-54;
    return (float)r;
}

// sin r or, for odd quadrants, cos r; negated in the upper two
CT_INLINE float sine_of(float r, uint32_t quadrant) {
    float z = r * r;
    // (sin r / r − 1) / r², 2^-27.9, and (cos r − 1 + r²/2) / r⁴, 2^-33
    float s = -0x1.9952fap-13f;
    s = s * z + 0x1.110776p-7f;
    s = s * z + -0x1.555546p-3f;
    float c = 0x1.99e80cp-16f;
    c = c * z + -0x1.6c0c28p-10f;
    c = c * z + 0x1.55554ap-5f;
    float sine = r + r * (z * s), cosine = 1.0f + (z * -0.5f + z * z * c);
    float value = quadrant & 1 ? cosine : sine;
    return ct_from_bits(ct_bits(value) ^ (quadrant << 30 & 0x80000000u));
}

CT_INLINE float sin_value(float x) {
    uint32_t quadrant;
    float r = reduced(x, &quadrant);
    return x == 0.0f ? x : sine_of(r, quadrant); // −0
}

CT_INLINE float cos_value(float x) {
    uint32_t quadrant;
    float r = reduced(x, &quadrant);
    return sine_of(r, quadrant + 1);
}

// Large values one by one, so that a result does not depend on its neighbours.
#define MAP(name)                                                                        \
    CT_CLONES void ct_##name##_f32(size_t n, const float *x, float *y) {                 \
        for (size_t start = 0; start < n; start += CT_LANES) {                           \
            const float *from = x + start;                                               \
            CT_ALIGNED float padded[CT_LANES];                                           \
            float *to = y + start;                                                       \
            const size_t left = n - start;                                               \
            if (left < CT_LANES) {                                                       \
                CT_EACH_LANE padded[lane] = lane < left ? from[lane] : 0;                \
                from = to = padded;                                                      \
            }                                                                            \
            int large = 0;                                                               \
            CT_EACH_LANE large |= __builtin_fabsf(from[lane]) > limit;                   \
            if (!large) {                                                                \
                CT_EACH_LANE to[lane] = name##_value(from[lane]);                        \
            } else {                                                                     \
                CT_ALIGNED float original[CT_LANES];                                     \
                CT_EACH_LANE original[lane] = from[lane];                                \
                CT_EACH_LANE to[lane] = name##_value(from[lane]);                        \
                for (size_t lane = 0; lane < CT_LANES; lane++) {                         \
                    const float v = original[lane];                                      \
                    if (__builtin_fabsf(v) > limit) to[lane] = name##f(v);               \
                }                                                                        \
            }                                                                            \
            if (left < CT_LANES) {                                                       \
                CT_EACH_LANE if (lane < left) y[start + lane] = padded[lane];            \
            }                                                                            \
        }                                                                                \
    }                                                                                    \
    void ct_##name##_f64(size_t n, const double *x, double *y) {                         \
        for (size_t i = 0; i < n; i++) y[i] = name(x[i]);                                \
    }

MAP(sin)
MAP(cos)
