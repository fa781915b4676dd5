#ifndef CT_RANDOM_H
#define CT_RANDOM_H

#include <stddef.h>
#include <stdint.h>

// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
// Element i takes word i mod 4 (float64: words 2 (i mod 2) and the next) of the block whose 128-bit counter is
// (block index as 64 bits, stream as 64 bits) and whose key is `key`; the block index is i / 4 (float64: i / 2)
// from `first_block` on. So any part of a draw can be made alone, and threads do not matter.
void ct_philox_bits(uint64_t key, uint64_t stream, uint64_t first_block, size_t blocks, uint32_t *y);

// [low, high): 24 (53) random bits over the interval.
void ct_philox_uniform_f32(uint64_t key, uint64_t stream, uint64_t first_block, size_t n, float low, float high, float *y);
void ct_philox_uniform_f64(uint64_t key, uint64_t stream, uint64_t first_block, size_t n, double low, double high, double *y);

// Box and Muller (1958): words (u, v) of a block give mean + deviation √(−2 log u) (cos 2πv, sin 2πv), u in (0, 1].
void ct_philox_normal_f32(uint64_t key, uint64_t stream, uint64_t first_block, size_t n, float mean, float deviation, float *y);
void ct_philox_normal_f64(uint64_t key, uint64_t stream, uint64_t first_block, size_t n, double mean, double deviation, double *y);

// 1 with the given probability, otherwise 0.
void ct_philox_bernoulli_u8(uint64_t key, uint64_t stream, uint64_t first_block, size_t n, double probability, uint8_t *y);

#endif
