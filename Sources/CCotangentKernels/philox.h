#ifndef CT_PHILOX_H
#define CT_PHILOX_H

#include "clones.h"
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011), eight blocks
// at once. In the paper's terms a block's counter words are c0, c1 = low, high half of the block index and
// c2, c3 = low, high half of the stream; the key words are k0, k1 = low, high half of the key. Its four words of
// output keep the paper's order.
//
// Each 32-bit word sits in the low half of a 64-bit lane, where the products of a round need it; what is in a lane's
// high half does not matter before the end.

enum { PHILOX_BLOCKS = 8, PHILOX_WORDS = 32 };
typedef uint64_t philox_lanes __attribute__((vector_size(64)));

// Blocks first_block…first_block + 7: lane b of *low holds words 0 and 1 of block b (word 0 in the low half), of
// *high words 2 and 3.
CT_INLINE void philox_8(uint64_t key, uint64_t stream, uint64_t first_block, philox_lanes *low, philox_lanes *high) {
    const philox_lanes lane = {0, 1, 2, 3, 4, 5, 6, 7};
    philox_lanes c0 = first_block + lane, c1 = c0 >> 32;
    philox_lanes c2 = stream + (lane ^ lane), c3 = c2 >> 32;
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    _Pragma("clang loop unroll(full)") for (int round = 0; round < 10; round++) {
        philox_lanes p0 = (c0 & UINT32_MAX) * UINT64_C(0xD2511F53);
        philox_lanes p1 = (c2 & UINT32_MAX) * UINT64_C(0xCD9E8D57);
        c0 = (p1 >> 32) ^ c1 ^ (uint64_t)k0;
        c2 = (p0 >> 32) ^ c3 ^ (uint64_t)k1;
        c1 = p1;
        c3 = p0;
        k0 += UINT32_C(0x9E3779B9); // the golden ratio and √3 − 1, as fractions of 2³²
        k1 += UINT32_C(0xBB67AE85);
    }
    *low = (c0 & UINT32_MAX) | (c1 << 32);
    *high = (c2 & UINT32_MAX) | (c3 << 32);
}

// Their 32 words in order, as 16 pairs: word 2i in the low half of lane i.
CT_INLINE void philox_pairs(uint64_t key, uint64_t stream, uint64_t first_block, philox_lanes pairs[2]) {
    philox_lanes low, high;
    philox_8(key, stream, first_block, &low, &high);
    pairs[0] = __builtin_shufflevector(low, high, 0, 8, 1, 9, 2, 10, 3, 11);
    pairs[1] = __builtin_shufflevector(low, high, 4, 12, 5, 13, 6, 14, 7, 15);
}

#endif
