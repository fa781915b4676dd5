#include "ct_random.h"
#include "philox.h"

// Bits, uniform and Bernoulli numbers. Always whole groups of eight blocks, of which the end of a draw keeps a part:
// an element's value depends on nothing but its key, stream and place. No contraction to FMA: nor on the CPU.
#pragma clang fp contract(off)

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "word 0 of a pair is its low half in memory");

// Runs the last argument, which writes `size` elements of a group of eight blocks to `to`, over n elements of y.
#define FOR_EACH_GROUP(T, size, ...)                                                  \
    for (size_t i = 0; i < n; i += (size), first_block += PHILOX_BLOCKS) {           \
        T rest[size], *to = n - i < (size) ? rest : y + i;                           \
        __VA_ARGS__                                                                  \
        if (to == rest) memcpy(y + i, rest, (n - i) * sizeof(T));                    \
    }

CT_CLONES void ct_philox_bits(uint64_t key, uint64_t stream, uint64_t first_block, size_t blocks, uint32_t *y) {
    size_t n = 4 * blocks;
    FOR_EACH_GROUP(uint32_t, PHILOX_WORDS, {
        philox_lanes pairs[2];
        philox_pairs(key, stream, first_block, pairs);
        memcpy(to, pairs, sizeof pairs);
    })
}

// The largest value below `high`: low + (high − low) u may round up to high.
#define DEFINE_BELOW(suffix, T, BITS)                                                          \
    CT_INLINE T below_##suffix(T low, T high) {                                                \
        if (!(low < high)) return low;                                                         \
        BITS bits;                                                                             \
        memcpy(&bits, &high, sizeof bits);                                                     \
        /* one step toward −∞; from ±0 to the smallest negative number */                      \
        if (high > 0) bits -= 1;                                                               \
        else if (high < 0) bits += 1;                                                          \
        else bits = ((BITS)1 << (8 * sizeof bits - 1)) | 1;                                    \
        memcpy(&high, &bits, sizeof high);                                                     \
        return high;                                                                           \
    }
DEFINE_BELOW(f32, float, uint32_t)
DEFINE_BELOW(f64, double, uint64_t)

CT_CLONES void ct_philox_uniform_f32(uint64_t key, uint64_t stream, uint64_t first_block, size_t n, float low,
                                     float high, float *y) {
    typedef uint32_t words __attribute__((vector_size(64)));
    typedef int32_t integers __attribute__((vector_size(64)));
    typedef float floats __attribute__((vector_size(64)));
    float step = (high - low) * 0x1p-24f, last = below_f32(low, high);
    FOR_EACH_GROUP(float, PHILOX_WORDS, {
        philox_lanes pairs[2];
        philox_pairs(key, stream, first_block, pairs);
        for (int half = 0; half < 2; half++) {
            floats k = __builtin_convertvector((integers)((words)pairs[half] >> 8), floats);
            floats v = low + step * k;
            integers under = v < last;
            v = (floats)((under & (integers)v) | (~under & (integers)(k - k + last)));
            memcpy(to + 16 * half, &v, sizeof v);
        }
    })
}

CT_CLONES void ct_philox_uniform_f64(uint64_t key, uint64_t stream, uint64_t first_block, size_t n, double low,
                                     double high, double *y) {
    typedef int64_t integers __attribute__((vector_size(64)));
    typedef double doubles __attribute__((vector_size(64)));
    double width = high - low, last = below_f64(low, high);
    FOR_EACH_GROUP(double, PHILOX_WORDS / 2, {
        philox_lanes pairs[2];
        philox_pairs(key, stream, first_block, pairs);
        for (int half = 0; half < 2; half++) {
            // 53 bits k: the upper 52 as the fraction of a number in [1, 2), which AVX2 can do where it has no
            // conversion; the last adds 2^−53. Both steps are exact.
            philox_lanes k = pairs[half] >> 11, one = (k ^ k) + UINT64_C(0x3FF0000000000000);
            doubles u = (doubles)((k >> 1) | one) - 1.0;
            u += (doubles)(((k & 1) << 51) | one) * 0x1p-52 - 0x1p-52;
            doubles v = low + width * u;
            integers under = v < last;
            v = (doubles)((under & (integers)v) | (~under & (integers)(u - u + last)));
            memcpy(to + 8 * half, &v, sizeof v);
        }
    })
}

CT_CLONES void ct_philox_bernoulli_u8(uint64_t key, uint64_t stream, uint64_t first_block, size_t n,
                                      double probability, uint8_t *y) {
    // A word is below the threshold with the probability, to within 2^−33.
    double scaled = probability * 0x1p32 + 0.5;
    uint64_t threshold = scaled >= 0x1p32 ? UINT64_C(1) << 32 : scaled >= 0 ? (uint64_t)scaled : 0;
    if (threshold >> 32) {
        memset(y, 1, n);
        return;
    }
    uint32_t limit = (uint32_t)threshold;
    FOR_EACH_GROUP(uint8_t, PHILOX_WORDS, {
        philox_lanes pairs[2];
        uint32_t words[PHILOX_WORDS];
        philox_pairs(key, stream, first_block, pairs);
        memcpy(words, pairs, sizeof words);
        for (int k = 0; k < PHILOX_WORDS; k++) to[k] = words[k] < limit;
    })
}
