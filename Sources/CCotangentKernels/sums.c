#include "ct_reductions.h"
#include "clones.h"
#include <string.h>

// Sums and sums of squares over the middle axis of x[outer][n][inner].
//
// Floating-point sums are cut by shape alone and never contracted to FMA, so that a result is the same on every CPU
// level. Rows (inner = 1): blocks of 1024 in 64 accumulators. Columns: blocks of 64 rows, eight at a time.
// In both, block sums meet pairwise, as a binary counter carries: block b merges with as many earlier partial sums as
// b + 1 has trailing zero bits (Higham, "The accuracy of floating point summation", 1993).
#pragma clang fp contract(off)

enum { LANES = 16, ROW_BLOCK = 1024, COLUMN_BLOCK = 64, STRIP = 256, LEVELS = 24 };

#define ITSELF(x) (x)
#define SQUARED(x) ((x) * (x))

#define DEFINE_SUM(name, T, S, OF)                                                                                   \
    typedef T name##_vector __attribute__((vector_size(LANES * sizeof(T))));                                         \
                                                                                                                     \
    /* the LANES sums of a whole block of up to ROW_BLOCK values, n a multiple of LANES */                           \
    CT_INLINE void name##_block(size_t n, const T *x, name##_vector *sum) {                                          \
        name##_vector s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0}, v0, v1, v2, v3;                                        \
        size_t i = 0;                                                                                                \
        for (; i + 4 * LANES <= n; i += 4 * LANES) {                                                                 \
            memcpy(&v0, x + i, sizeof v0);                                                                           \
            memcpy(&v1, x + i + LANES, sizeof v1);                                                                   \
            memcpy(&v2, x + i + 2 * LANES, sizeof v2);                                                               \
            memcpy(&v3, x + i + 3 * LANES, sizeof v3);                                                               \
            s0 += OF(v0);                                                                                            \
            s1 += OF(v1);                                                                                            \
            s2 += OF(v2);                                                                                            \
            s3 += OF(v3);                                                                                            \
        }                                                                                                            \
        for (; i < n; i += LANES) {                                                                                  \
            memcpy(&v0, x + i, sizeof v0);                                                                           \
            s0 += OF(v0);                                                                                            \
        }                                                                                                            \
        *sum = (s0 + s1) + (s2 + s3);                                                                                \
    }                                                                                                                \
                                                                                                                     \
    CT_INLINE T name##_row(size_t n, const T *x) {                                                                   \
        size_t whole = n - n % LANES;                                                                                \
        T rest = 0;                                                                                                  \
        for (size_t i = whole; i < n; i++) rest += OF(x[i]);                                                         \
        if (whole == 0) return rest;                                                                                 \
        name##_vector sum;                                                                                           \
        if (whole <= ROW_BLOCK) {                                                                                    \
            name##_block(whole, x, &sum);                                                                            \
        } else {                                                                                                     \
            name##_vector partial[64];                                                                               \
            size_t depth = 0;                                                                                        \
            for (size_t i = 0, block = 1; i < whole; i += ROW_BLOCK, block++) {                                      \
                size_t left = whole - i;                                                                             \
                name##_block(left < ROW_BLOCK ? left : ROW_BLOCK, x + i, &sum);                                      \
                for (size_t carry = block; carry % 2 == 0; carry /= 2) sum = partial[--depth] + sum;                 \
                partial[depth++] = sum;                                                                              \
            }                                                                                                        \
            sum = partial[--depth];                                                                                  \
            while (depth > 0) sum = partial[--depth] + sum;                                                          \
        }                                                                                                            \
        T l[LANES];                                                                                                  \
        memcpy(l, &sum, sizeof sum);                                                                                 \
        for (size_t width = LANES / 2; width > 0; width /= 2)                                                        \
            for (size_t i = 0; i < width; i++) l[i] += l[i + width];                                                 \
        return l[0] + rest;                                                                                          \
    }                                                                                                                \
                                                                                                                     \
    /* y[j] = the sum of up to COLUMN_BLOCK rows */                                                                  \
    CT_INLINE void name##_rows(size_t n, size_t width, size_t inner, const T *x, T *restrict y) {                    \
        size_t i = n % 8;                                                                                            \
        if (i == 0) {                                                                                                \
            for (size_t j = 0; j < width; j++) y[j] = 0;                                                             \
        } else {                                                                                                     \
            for (size_t j = 0; j < width; j++) y[j] = OF(x[j]);                                                      \
            for (size_t k = 1; k < i; k++)                                                                           \
                for (size_t j = 0; j < width; j++) y[j] += OF(x[k * inner + j]);                                     \
        }                                                                                                            \
        for (; i < n; i += 8) {                                                                                      \
            const T *a = x + i * inner, *b = a + inner, *c = b + inner, *d = c + inner;                              \
            const T *e = d + inner, *f = e + inner, *g = f + inner, *h = g + inner;                                  \
            for (size_t j = 0; j < width; j++)                                                                       \
                y[j] += ((OF(a[j]) + OF(b[j])) + (OF(c[j]) + OF(d[j])))                                              \
                      + ((OF(e[j]) + OF(f[j])) + (OF(g[j]) + OF(h[j])));                                             \
        }                                                                                                            \
    }                                                                                                                \
                                                                                                                     \
    CT_INLINE void name##_columns(size_t n, size_t width, size_t inner, const T *x, T *y) {                          \
        if (n <= COLUMN_BLOCK) {                                                                                     \
            name##_rows(n, width, inner, x, y);                                                                      \
            return;                                                                                                  \
        }                                                                                                            \
        T partial[LEVELS][STRIP];                                                                                    \
        size_t depth = 0;                                                                                            \
        for (size_t i = 0, block = 1; i < n; i += COLUMN_BLOCK, block++) {                                           \
            size_t left = n - i;                                                                                     \
            name##_rows(left < COLUMN_BLOCK ? left : COLUMN_BLOCK, width, inner, x + i * inner, partial[depth++]);   \
            /* past 2^23 blocks the oldest partial sum takes the rest one by one */                                  \
            for (size_t carry = block; depth > 1 && (carry % 2 == 0 || depth == LEVELS); carry /= 2, depth--)        \
                for (size_t j = 0; j < width; j++) partial[depth - 2][j] += partial[depth - 1][j];                   \
        }                                                                                                            \
        for (; depth > 1; depth--)                                                                                   \
            for (size_t j = 0; j < width; j++) partial[depth - 2][j] += partial[depth - 1][j];                       \
        memcpy(y, partial[0], width * sizeof(T));                                                                    \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void name(size_t outer, size_t n, size_t inner, const S *x_, S *y_) {                                  \
        const T *x = (const T *)x_;                                                                                  \
        T *y = (T *)y_;                                                                                              \
        if (inner == 1) {                                                                                            \
            for (size_t o = 0; o < outer; o++) y[o] = name##_row(n, x + o * n);                                      \
            return;                                                                                                  \
        }                                                                                                            \
        for (size_t o = 0; o < outer; o++)                                                                           \
            for (size_t j = 0; j < inner; j += STRIP)                                                                \
                name##_columns(n, inner - j < STRIP ? inner - j : STRIP, inner, x + o * n * inner + j,               \
                               y + o * inner + j);                                                                   \
    }

DEFINE_SUM(ct_sum_f32, float, float, ITSELF)
DEFINE_SUM(ct_sum_f64, double, double, ITSELF)
DEFINE_SUM(ct_sum_i64, uint64_t, int64_t, ITSELF) // unsigned: sums wrap around
DEFINE_SUM(ct_sum_squares_f32, float, float, SQUARED)
DEFINE_SUM(ct_sum_squares_f64, double, double, SQUARED)

CT_CLONES void ct_sum_u8(size_t outer, size_t n, size_t inner, const uint8_t *x, int64_t *y) {
    if (inner == 1) {
        for (size_t o = 0; o < outer; o++, x += n) {
            int64_t total = 0;
            for (size_t i = 0; i < n;) {
                // 32-bit counts of a block: four times the lanes of 64-bit ones
                size_t end = n - i < (1u << 30) ? n : i + (1u << 30);
                uint32_t count = 0;
                for (; i < end; i++) count += x[i] != 0;
                total += count;
            }
            y[o] = total;
        }
        return;
    }
    for (size_t o = 0; o < outer; o++, x += n * inner, y += inner) {
        for (size_t j = 0; j < inner; j++) y[j] = 0;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < inner; j++) y[j] += x[i * inner + j] != 0;
    }
}
