#include "clones.h"
#include "ct_stored.h"

// Files put elements at any address.
typedef uint16_t __attribute__((aligned(1))) loose_u16;
typedef uint32_t __attribute__((aligned(1))) loose_u32;
typedef uint64_t __attribute__((aligned(1))) loose_u64;
typedef int16_t __attribute__((aligned(1))) loose_i16;
typedef int32_t __attribute__((aligned(1))) loose_i32;

#define STORED(name, F, T, expression)                                                    \
    CT_CLONES void ct_##name(size_t n, const void *restrict source, void *restrict result) { \
        const F *restrict x = source;                                                     \
        T *restrict y = result;                                                           \
        for (size_t i = 0; i < n; i++) {                                                  \
            const F v = x[i];                                                             \
            y[i] = expression;                                                            \
        }                                                                                 \
    }

CT_INLINE float from_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

CT_INLINE uint32_t bits_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, 4);
    return bits;
}

// Exponent and fraction at float32's places are the value but for the exponent's bias, subnormal ones too.
CT_INLINE float half(uint32_t v) {
    const uint32_t magnitude = (v & 0x7FFF) << 13;
    const uint32_t bits = magnitude >= 0x0F800000 ? magnitude | 0x7F800000 : bits_of(from_bits(magnitude) * 0x1p112f);
    return from_bits((v & 0x8000) << 16 | bits);
}

// No infinities: exponent and fraction all ones is NaN, and so 448 is the largest.
CT_INLINE float e4m3(uint32_t v) {
    const uint32_t magnitude = (v & 0x7F) << 20;
    const uint32_t bits = magnitude == 0x07F00000 ? 0x7FC00000 : bits_of(from_bits(magnitude) * 0x1p120f);
    return from_bits((v & 0x80) << 24 | bits);
}

STORED(decode_f16_f32, loose_u16, float, half(v))
STORED(decode_bf16_f32, loose_u16, float, from_bits((uint32_t)v << 16))
STORED(decode_f8_e4m3_f32, uint8_t, float, e4m3(v))
STORED(decode_f8_e5m2_f32, uint8_t, float, half((uint32_t)v << 8))

STORED(decode_i8_i64, int8_t, int64_t, v)
STORED(decode_i16_i64, loose_i16, int64_t, v)
STORED(decode_i32_i64, loose_i32, int64_t, v)
STORED(decode_u8_i64, uint8_t, int64_t, v)
STORED(decode_u16_i64, loose_u16, int64_t, v)
STORED(decode_u32_i64, loose_u32, int64_t, v)

STORED(decode_u8_f32, uint8_t, float, v)
STORED(decode_u8_f64, uint8_t, double, v)
STORED(decode_unit_u8_f32, uint8_t, float, (float)v / 255)
STORED(decode_unit_u8_f64, uint8_t, double, (double)v / 255)
STORED(decode_u8_bool, uint8_t, uint8_t, v != 0)

void ct_decode_32(size_t n, const void *restrict x, void *restrict y) { memcpy(y, x, 4 * n); }
void ct_decode_64(size_t n, const void *restrict x, void *restrict y) { memcpy(y, x, 8 * n); }

STORED(decode_swapped_16, loose_u16, uint16_t, __builtin_bswap16(v))
STORED(decode_swapped_32, loose_u32, uint32_t, __builtin_bswap32(v))
STORED(decode_swapped_64, loose_u64, uint64_t, __builtin_bswap64(v))

// Adding just below half of the last kept place, and one more where that place is odd, rounds ties to even.
CT_INLINE uint32_t rounded(uint32_t bits, int dropped) {
    return (bits + (1u << (dropped - 1)) - 1 + (bits >> dropped & 1)) >> dropped;
}

CT_INLINE uint32_t half_bits(float v) {
    const uint32_t bits = bits_of(v), sign = bits >> 16 & 0x8000, magnitude = bits & 0x7FFFFFFF;
    // At 0.5 a float32's last place is worth what float16's subnormal numbers are apart: the addition rounds.
    const uint32_t subnormal = bits_of(from_bits(magnitude) + 0.5f) - 0x3F000000;
    const uint32_t normal = rounded(magnitude - 0x38000000, 13);
    const uint32_t special = magnitude > 0x7F800000 ? 0x7E00 : 0x7C00;
    return sign | (magnitude >= 0x47800000 ? special : magnitude < 0x38800000 ? subnormal : normal);
}

CT_INLINE uint32_t bfloat_bits(float v) {
    const uint32_t bits = bits_of(v);
    return (bits & 0x7FFFFFFF) > 0x7F800000 ? (bits >> 16 & 0x8000) | 0x7FC0 : rounded(bits, 16);
}

STORED(encode_f32_f16, float, uint16_t, (uint16_t)half_bits(v))
STORED(encode_f32_bf16, float, uint16_t, (uint16_t)bfloat_bits(v))
