#include "ct_convolution.h"
#include "ct_openblas.h"
#include "runs.h"
#include "transposition.h"

// Convolution as a product of matrices that reads its columns where they are: in a padded box of the input, positions
// are counted through row after row, so that each element of the kernel sees them as one run, at an offset of its own.
// The positions between the rows' ends are computed too and thrown away. Nothing is copied but the box itself, and
// blocks of the product stay in registers: 8 rows by 3 vectors of AVX-512's 32 registers.

// Whether there are 32 registers of 64 bytes. Elsewhere a vector takes several registers of 16 or 32.
static int has_wide_registers(void) { return strcmp(ct_cpu_level(), "x86-64-v4") == 0; }

enum { WIDE = 8, NARROW = 6 };

size_t ct_direct_block(void) { return has_wide_registers() ? WIDE : NARROW; }

// An odd number of cache lines: channels begin with a line, and not all in the same few sets of the cache.
size_t ct_band_count(const ct_band *b) {
    const size_t count = (size_t)(b->count[0] * b->count[1] * b->count[2] * b->remainders[0] * b->remainders[1]);
    return (((count + 15) / 16) | 1) * 16;
}

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define NAME(name) JOIN(name, SUFFIX)

#define T float
#define SUFFIX f32
#define N 16
#define SWAP_STEPS SWAP_STEPS16
#include "convolution_direct_template.h"
#undef T
#undef SUFFIX
#undef N
#undef SWAP_STEPS

#define T double
#define SUFFIX f64
#define N 8
#define SWAP_STEPS SWAP_STEPS8
#include "convolution_direct_template.h"
