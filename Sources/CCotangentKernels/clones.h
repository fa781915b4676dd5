#ifndef CT_CLONES_H
#define CT_CLONES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

// SwiftPM offers no compiler flags, so a hot function is compiled three times and the loader picks one for the CPU.
// That takes ifuncs: glibc on x86-64. ThreadSanitizer's and AddressSanitizer's runtimes are not up yet when the
// loader calls the resolvers.
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#ifndef CT_CLONES
#if defined(__x86_64__) && defined(__linux__) && defined(__GLIBC__) && !__has_feature(thread_sanitizer) && \
    !__has_feature(address_sanitizer)
#define CT_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CT_CLONES
#endif
#endif

// What a clone calls must be compiled along with it, for its CPU. A vector of 512 bits may be passed by pointer only.
// min_vector_width passes on to the caller: clang otherwise splits 512-bit vectors in two on x86-64-v4.
#if defined(__x86_64__)
#define CT_INLINE static inline __attribute__((always_inline, min_vector_width(512)))
#else
#define CT_INLINE static inline __attribute__((always_inline))
#endif

// CT_VECTORISE is for loops whose output may be one of the inputs, element for element: that is no reason not to
// vectorise. CT_EACH_LANE goes through a block of 16, one AVX-512 register of float32; full unrolling would come before
// the vectoriser. Sanitizers' checks get in its way, and clang would warn of that.
#define CT_LANES 16
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(undefined_behavior_sanitizer)
#define CT_VECTORISE
#define CT_EACH_LANE for (size_t lane = 0; lane < CT_LANES; lane++)
#else
#define CT_VECTORISE _Pragma("clang loop vectorize(assume_safety)")
#define CT_EACH_LANE                                                                                       \
    _Pragma("clang loop vectorize(assume_safety) vectorize_width(16) interleave_count(1) unroll(disable)") \
    for (size_t lane = 0; lane < CT_LANES; lane++)
#endif

// For buffers of CT_LANES: a store that crosses cache lines is slow to read back.
#define CT_ALIGNED _Alignas(64)

// y[i] = expression of v = x[i] for a costly expression: blocks of CT_LANES, the last one padded with zeros in a local
// buffer, because what the vectoriser leaves over it does one by one.
#define CT_MAP_LANES(T, n, x, y, v, expression) CT_MAP_LANES_IF(T, n, x, y, v, 1, expression, expression)

// The same where a cheaper expression does if `usual` holds for all of a block.
#define CT_MAP_LANES_IF(T, n, x, y, v, usual, cheaper, general)                        \
    for (size_t start = 0; start < (n); start += CT_LANES) {                           \
        CT_ALIGNED T padded[CT_LANES];                                                 \
        const T *from = (x) + start;                                                   \
        T *to = (y) + start;                                                           \
        const size_t left = (n) - start;                                               \
        if (left < CT_LANES) {                                                         \
            CT_EACH_LANE padded[lane] = lane < left ? from[lane] : 0;                  \
            from = to = padded;                                                        \
        }                                                                              \
        int others = 0;                                                                \
        CT_EACH_LANE {                                                                 \
            const T v = from[lane];                                                    \
            (void)v;                                                                   \
            others |= !(usual);                                                        \
        }                                                                              \
        if (!others) {                                                                 \
            CT_EACH_LANE {                                                             \
                const T v = from[lane];                                                \
                to[lane] = (cheaper);                                                  \
            }                                                                          \
        } else {                                                                       \
            CT_EACH_LANE {                                                             \
                const T v = from[lane];                                                \
                to[lane] = (general);                                                  \
            }                                                                          \
        }                                                                              \
        if (left < CT_LANES) {                                                         \
            T *rest = (y) + start;                                                     \
            CT_EACH_LANE if (lane < left) rest[lane] = padded[lane];                   \
        }                                                                              \
    }

#endif
