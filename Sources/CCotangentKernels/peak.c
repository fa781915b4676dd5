// What one thread can reach: a loop of nothing but vector multiply-adds on registers.
//
// An FMA has a latency of 4 cycles on Intel since Skylake and AMD since Zen, and up to two start in a cycle: 8 chains
// fill the units, 12 leave room for the loop's own instructions and still fit 16 registers. Every level up to the
// CPU's is tried and the fastest counts: Zen 4 runs a 512-bit FMA as two of 256, so neither width is best everywhere.

#include "ct_openblas.h"

#include <stddef.h>
#include <time.h>

#if !defined(__has_feature)
#define __has_feature(x) 0
#endif
#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { chains = 12, rounds = 20000 };

// x ← x a + b with 0 < a < 1 stays near b / (1 − a): no overflow, and no denormals, which would be slow.
static volatile double multiplier = 0.9375, addend = 0.0625;
static volatile double sink; // so that the chains are not optimised away

// Returns the number of flops: 2 a lane.
#define CT_CHAINS(name, attributes, vector, scalar, set, multiply_add)                 \
    attributes static double name(void) {                                              \
        vector a = set((scalar)multiplier), b = set((scalar)addend), x[chains];        \
        for (int i = 0; i < chains; i++) x[i] = set((scalar)i);                        \
        for (int r = 0; r < rounds; r++) {                                             \
            _Pragma("clang loop unroll(full)")                                         \
            for (int i = 0; i < chains; i++) x[i] = multiply_add(x[i], a, b);          \
        }                                                                              \
        union { vector v; scalar s[sizeof(vector) / sizeof(scalar)]; } total;          \
        double sum = 0;                                                                \
        for (int i = 0; i < chains; i++) {                                             \
            total.v = x[i];                                                            \
            for (size_t l = 0; l < sizeof(vector) / sizeof(scalar); l++) sum += (double)total.s[l]; \
        }                                                                              \
        sink = sum;                                                                    \
        return 2.0 * (double)(sizeof(vector) / sizeof(scalar) * chains * rounds);      \
    }

// 128 bits on any machine; where there is an FMA instruction by default (arm64), contraction makes it one.
typedef float float4 __attribute__((vector_size(16)));
typedef double double2 __attribute__((vector_size(16)));
#define CT_SET4(s) ((float4){s, s, s, s})
#define CT_SET2(s) ((double2){s, s})
#define CT_MULTIPLY_ADD(x, a, b) ((x) * (a) + (b))
CT_CHAINS(chains_f32, , float4, float, CT_SET4, CT_MULTIPLY_ADD)
CT_CHAINS(chains_f64, , double2, double, CT_SET2, CT_MULTIPLY_ADD)

#if defined(__x86_64__)
#define CT_AVX2 __attribute__((target("avx2,fma")))
#define CT_AVX512 __attribute__((target("avx512f")))
CT_CHAINS(chains_avx2_f32, CT_AVX2, __m256, float, _mm256_set1_ps, _mm256_fmadd_ps)
CT_CHAINS(chains_avx2_f64, CT_AVX2, __m256d, double, _mm256_set1_pd, _mm256_fmadd_pd)
CT_CHAINS(chains_avx512_f32, CT_AVX512, __m512, float, _mm512_set1_ps, _mm512_fmadd_ps)
CT_CHAINS(chains_avx512_f64, CT_AVX512, __m512d, double, _mm512_set1_pd, _mm512_fmadd_pd)
#endif

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

// The best of many short runs: other processes and a clock that is still rising only ever make one slower.
static double best_rate(double (*run)(void), double seconds) {
    double best = 0, end = now() + seconds;
    do {
        double start = now();
        double flops = run();
        double elapsed = now() - start;
        if (elapsed > 0 && flops / elapsed > best) best = flops / elapsed;
    } while (now() < end);
    return best;
}

#if defined(__x86_64__)
static double peak(double (*base)(void), double (*avx2)(void), double (*avx512)(void), double seconds) {
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return best_rate(base, seconds);
    if (!__builtin_cpu_supports("avx512f")) return best_rate(avx2, seconds);
    double half = best_rate(avx2, seconds / 2), full = best_rate(avx512, seconds / 2);
    return full > half ? full : half;
}
double ct_peak_flops_f32(double seconds) { return peak(chains_f32, chains_avx2_f32, chains_avx512_f32, seconds); }
double ct_peak_flops_f64(double seconds) { return peak(chains_f64, chains_avx2_f64, chains_avx512_f64, seconds); }
#else
double ct_peak_flops_f32(double seconds) { return best_rate(chains_f32, seconds); }
double ct_peak_flops_f64(double seconds) { return best_rate(chains_f64, seconds); }
#endif
