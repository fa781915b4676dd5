#ifndef CT_TRANSPOSITION_H
#define CT_TRANSPOSITION_H

#include <stddef.h>

// Transposition of a square of N vectors r[0]…r[N − 1] of N lanes each, of type `lanes`, in registers.

// One step of a transposition in registers: swaps the off-diagonal D × D blocks of each 2D × 2D one.
// For lane k: a' = k & D ? b[k − D] : a[k], b' = k & D ? b[k] : a[k + D].
#define LOW16(D, k) (((k) & (D)) ? 16 + (k) - (D) : (k))
#define HIGH16(D, k) (((k) & (D)) ? 16 + (k) : (k) + (D))
#define LOW8(D, k) (((k) & (D)) ? 8 + (k) - (D) : (k))
#define HIGH8(D, k) (((k) & (D)) ? 8 + (k) : (k) + (D))
#define LANES8(F, D) F(D, 0), F(D, 1), F(D, 2), F(D, 3), F(D, 4), F(D, 5), F(D, 6), F(D, 7)
#define LANES16(F, D) \
    LANES8(F, D), F(D, 8), F(D, 9), F(D, 10), F(D, 11), F(D, 12), F(D, 13), F(D, 14), F(D, 15)
#define SWAP_STEP(N, D)                                                              \
    _Pragma("clang loop unroll(full)") for (size_t k = 0; k < N; k++) {              \
        if (k & D) continue;                                                         \
        lanes a = r[k], b = r[k + D];                                                \
        r[k] = __builtin_shufflevector(a, b, LANES##N(LOW##N, D));                   \
        r[k + D] = __builtin_shufflevector(a, b, LANES##N(HIGH##N, D));              \
    }
#define SWAP_STEPS16 SWAP_STEP(16, 8) SWAP_STEP(16, 4) SWAP_STEP(16, 2) SWAP_STEP(16, 1)
#define SWAP_STEPS8 SWAP_STEP(8, 4) SWAP_STEP(8, 2) SWAP_STEP(8, 1)

#endif
