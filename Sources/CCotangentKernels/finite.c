#include "ct_elementwise.h"
#include "clones.h"

// A number is infinite or NaN where all bits of its exponent are set: bits, since a comparison could raise a floating-point
// exception. A block is looked through without a branch, as vectors, and again where something was found.
#define DEFINE_FIRST_NONFINITE(name, T, BITS, EXPONENT)                                \
    CT_CLONES size_t name(size_t n, const T *x) {                                      \
        enum { BLOCK = 4096 };                                                         \
        for (size_t start = 0; start < n; start += BLOCK) {                            \
            const size_t end = n - start < BLOCK ? n : start + BLOCK;                  \
            BITS found = 0;                                                            \
            for (size_t i = start; i < end; i++) {                                     \
                BITS bits;                                                             \
                memcpy(&bits, x + i, sizeof bits);                                     \
                found |= (bits & EXPONENT) == EXPONENT;                                \
            }                                                                          \
            if (!found) continue;                                                      \
            for (size_t i = start; i < end; i++) {                                     \
                BITS bits;                                                             \
                memcpy(&bits, x + i, sizeof bits);                                     \
                if ((bits & EXPONENT) == EXPONENT) return i;                           \
            }                                                                          \
        }                                                                              \
        return n;                                                                      \
    }

DEFINE_FIRST_NONFINITE(ct_first_nonfinite_f32, float, uint32_t, UINT32_C(0x7f800000))
DEFINE_FIRST_NONFINITE(ct_first_nonfinite_f64, double, uint64_t, UINT64_C(0x7ff0000000000000))
