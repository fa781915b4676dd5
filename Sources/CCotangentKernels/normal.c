#include "ct_random.h"
#include "philox.h"

// Normal numbers by the transform of Box and Muller ("A note on the generation of random normal deviates", 1958):
// √(−2 log u) (cos 2πv, sin 2πv) for independent u, v.
//
// The functions are fixed here, polynomials and all, and never contracted to FMA: a seed gives the same numbers on
// every CPU and with every C library. float32: coefficients of Cephes (Moshier: logf, sinf, cosf), within 1 ulp or
// two; float64: those of FreeBSD's msun (Sun Microsystems 1993: e_log.c, k_sin.c, k_cos.c).
#pragma clang fp contract(off)

typedef float floats __attribute__((vector_size(64)));
typedef int32_t integers __attribute__((vector_size(64)));
typedef double doubles __attribute__((vector_size(64)));
typedef int64_t longs __attribute__((vector_size(64)));

#define CHOOSE(V, mask, a, b) ((V)(((mask) & (__typeof__(mask))(a)) | (~(mask) & (__typeof__(mask))(b))))

// *r = √(−2 log u), *c, *s = cos, sin of 2πv. From 32-bit words: u = (⌊U / 2⌋ + ½) 2^−31, at least 2^−32 and with its
// rounding at most 1; v = V 2^−32.
CT_INLINE void polar_f32(const integers *u_word, const integers *v_word, floats *r, floats *c, floats *s) {
    typedef uint32_t words __attribute__((vector_size(64)));
    floats u = __builtin_convertvector((integers)((words)*u_word >> 1), floats) * 0x1p-31f + 0x1p-32f;
    // u = 2^e (1 + f), 1 + f in [√½, √2)
    integers bits = (integers)u - 0x3F3504F3; // √½
    floats e = __builtin_convertvector(bits >> 23, floats);
    floats f = (floats)((bits & 0x007FFFFF) + 0x3F3504F3) - 1.0f;
    floats f2 = f * f;
    floats p = 7.0376836292e-2f * f - 1.1514610310e-1f;
    p = p * f + 1.1676998740e-1f;
    p = p * f - 1.2420140846e-1f;
    p = p * f + 1.4249322787e-1f;
    p = p * f - 1.6668057665e-1f;
    p = p * f + 2.0000714765e-1f;
    p = p * f - 2.4999993993e-1f;
    p = p * f + 3.3333331174e-1f;
    floats log_u = p * f * f2 + e * -2.12194440e-4f - 0.5f * f2;
    log_u = log_u + f + e * 0.693359375f;
    floats t = -2.0f * log_u;
    t = CHOOSE(floats, t > 0.0f, t, t - t);
    *r = __builtin_elementwise_sqrt(t);

    // The nearest quarter turn q, and the angle from it in [−π/4, π/4].
    integers q = (integers)(((words)*v_word + (1u << 29)) >> 30);
    floats a = __builtin_convertvector(*v_word - (q << 30), floats) * 1.46291807926715968105e-9f; // 2π / 2³²
    floats z = a * a;
    floats sine = ((-1.9515295891e-4f * z + 8.3321608736e-3f) * z - 1.6666654611e-1f) * z * a + a;
    floats cosine = ((2.443315711809948e-5f * z - 1.388731625493765e-3f) * z + 4.166664568298827e-2f) * z * z
                  - 0.5f * z + 1.0f;
    integers odd = (q & 1) != 0;
    *c = (floats)((integers)CHOOSE(floats, odd, sine, cosine) ^ (((q + 1) & 2) << 30));
    *s = (floats)((integers)CHOOSE(floats, odd, cosine, sine) ^ ((q & 2) << 30));
}

// From 64-bit words: u = (⌊U / 2¹²⌋ + ½) 2^−52, v = ⌊V / 2¹¹⌋ 2^−53.
CT_INLINE void polar_f64(const longs *u_word, const longs *v_word, doubles *r, doubles *c, doubles *s) {
    typedef uint64_t words __attribute__((vector_size(64)));
    // Integers of up to 52 bits become doubles in the fraction of a large one: AVX2 has no conversion.
    doubles u = (doubles)(longs)(((words)*u_word >> 12) | UINT64_C(0x4330000000000000)) - 0x1p52;
    u = u * 0x1p-52 + 0x1p-53;
    // Both halves of log's argument reduction as in polar_f32, the polynomial in s = f / (2 + f).
    longs bits = (longs)u - INT64_C(0x3FE6A09E667F3BCD); // √½
    longs exponent = (longs)((words)bits >> 52) << 52 >> 52;
    doubles e = (doubles)(exponent + INT64_C(0x4338000000000000)) - 0x1.8p52;
    doubles f = (doubles)((bits & INT64_C(0x000FFFFFFFFFFFFF)) + INT64_C(0x3FE6A09E667F3BCD)) - 1.0;
    doubles g = f / (2.0 + f), z = g * g;
    doubles p = 1.479819860511658591e-1 * z + 1.531383769920937332e-1;
    p = p * z + 1.818357216161805012e-1;
    p = p * z + 2.222219843214978396e-1;
    p = p * z + 2.857142874366239149e-1;
    p = p * z + 3.999999999940941908e-1;
    p = p * z + 6.666666666666735130e-1;
    p = p * z;
    doubles half = 0.5 * f * f;
    doubles log_u = e * 6.93147180369123816490e-1 - ((half - (g * (half + p) + e * 1.90821492927058770002e-10)) - f);
    doubles t = -2.0 * log_u;
    t = CHOOSE(doubles, t > 0.0, t, t - t);
    *r = __builtin_elementwise_sqrt(t);

    longs q = (longs)(((words)*v_word + (UINT64_C(1) << 61)) >> 62);
    doubles a = (doubles)(((*v_word - (q << 62)) >> 11) + INT64_C(0x4338000000000000)) - 0x1.8p52;
    a = a * 6.97573699601725683e-16; // 2π / 2⁵³
    z = a * a;
    doubles sine = 1.58969099521155010221e-10 * z - 2.50507602534068634195e-8;
    sine = sine * z + 2.75573137070700676789e-6;
    sine = sine * z - 1.98412698298579493134e-4;
    sine = sine * z + 8.33333333332248946124e-3;
    sine = sine * z - 1.66666666666666324348e-1;
    sine = sine * z * a + a;
    doubles cosine = -1.13596475577881948265e-11 * z + 2.08757232129817482790e-9;
    cosine = cosine * z - 2.75573143513906633035e-7;
    cosine = cosine * z + 2.48015872894767294178e-5;
    cosine = cosine * z - 1.38888888888741095749e-3;
    cosine = cosine * z + 4.16666666666666019037e-2;
    cosine = cosine * z * z - 0.5 * z + 1.0;
    longs odd = (q & 1) != 0;
    *c = (doubles)((longs)CHOOSE(doubles, odd, sine, cosine) ^ (((q + 1) & 2) << 62));
    *s = (doubles)((longs)CHOOSE(doubles, odd, cosine, sine) ^ ((q & 2) << 62));
}

CT_CLONES void ct_philox_normal_f32(uint64_t key, uint64_t stream, uint64_t first_block, size_t n, float mean,
                                    float deviation, float *y) {
    for (size_t i = 0; i < n; i += PHILOX_WORDS, first_block += PHILOX_BLOCKS) {
        philox_lanes pairs[2];
        philox_pairs(key, stream, first_block, pairs);
        integers a = (integers)pairs[0], b = (integers)pairs[1];
        integers u = __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
        integers v = __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
        floats r, c, s, z[2];
        polar_f32(&u, &v, &r, &c, &s);
        c = mean + deviation * (r * c);
        s = mean + deviation * (r * s);
        z[0] = __builtin_shufflevector(c, s, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        z[1] = __builtin_shufflevector(c, s, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        if (n - i >= PHILOX_WORDS) memcpy(y + i, z, sizeof z);
        else memcpy(y + i, z, (n - i) * sizeof *y);
    }
}

CT_CLONES void ct_philox_normal_f64(uint64_t key, uint64_t stream, uint64_t first_block, size_t n, double mean,
                                    double deviation, double *y) {
    for (size_t i = 0; i < n; i += PHILOX_WORDS / 2, first_block += PHILOX_BLOCKS) {
        philox_lanes low, high;
        philox_8(key, stream, first_block, &low, &high);
        longs u = (longs)low, v = (longs)high;
        doubles r, c, s, z[2];
        polar_f64(&u, &v, &r, &c, &s);
        c = mean + deviation * (r * c);
        s = mean + deviation * (r * s);
        z[0] = __builtin_shufflevector(c, s, 0, 8, 1, 9, 2, 10, 3, 11);
        z[1] = __builtin_shufflevector(c, s, 4, 12, 5, 13, 6, 14, 7, 15);
        if (n - i >= PHILOX_WORDS / 2) memcpy(y + i, z, sizeof z);
        else memcpy(y + i, z, (n - i) * sizeof *y);
    }
}
