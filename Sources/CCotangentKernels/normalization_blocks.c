#include "ct_normalization.h"
#include "moments.h"

// The mean is split into the nearest T, which is subtracted from x exactly or nearly so, and a rest that goes into the
// constant of what follows.
#pragma clang fp contract(fast)

#define DEFINE_BLOCKS(suffix, T)                                                                                     \
    CT_CLONES void ct_block_moments_##suffix(size_t blocks, size_t length, size_t step, size_t readable,             \
                                             const void *x, double *mean, double *squares) {                         \
        const ct_moments all = moments_##suffix(blocks, length, step, readable, x);                                  \
        *mean = all.mean;                                                                                            \
        *squares = all.squares;                                                                                      \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void ct_block_affine_##suffix(size_t blocks, size_t length, size_t step, size_t readable,              \
                                            const void *x_, double mean, double scale, double shift, void *y_) {     \
        enum { L = LANES_##suffix };                                                                                 \
        const T centre = (T)mean, a = (T)scale, b = (T)(shift - (mean - centre) * scale);                            \
        for (size_t block = 0; block < blocks; block++) {                                                            \
            const T *x = (const T *)x_ + block * step;                                                               \
            T *y = (T *)y_ + block * step;                                                                           \
            const size_t left = readable - block * step;                                                             \
            vector_##suffix v, w;                                                                                    \
            size_t i = 0;                                                                                            \
            for (; i + 2 * L <= length; i += 2 * L) {                                                                \
                memcpy(&v, x + i, sizeof v);                                                                         \
                memcpy(&w, x + i + L, sizeof w);                                                                     \
                v = (v - centre) * a + b;                                                                            \
                w = (w - centre) * a + b;                                                                            \
                memcpy(y + i, &v, sizeof v);                                                                         \
                memcpy(y + i + L, &w, sizeof w);                                                                     \
            }                                                                                                        \
            for (; i < length; i += L) {                                                                             \
                load_##suffix(length - i, left - i, x + i, 0, &v);                                                   \
                v = (v - centre) * a + b;                                                                            \
                store_##suffix(length - i, &v, y + i);                                                               \
            }                                                                                                        \
        }                                                                                                            \
    }                                                                                                                \
                                                                                                                     \
    /* one portion: its sums in T, whatever is larger in double */                                                   \
    CT_INLINE void sums_##suffix(size_t n, size_t readable, const T *x, const T *dy, T centre, double *sum,          \
                                 double *dot) {                                                                      \
        enum { L = LANES_##suffix };                                                                                 \
        vector_##suffix s0 = {0}, s1 = {0}, d0 = {0}, d1 = {0}, v, w;                                                \
        size_t i = 0;                                                                                                \
        for (; i + 2 * L <= n; i += 2 * L) {                                                                         \
            memcpy(&v, dy + i, sizeof v);                                                                            \
            memcpy(&w, x + i, sizeof w);                                                                             \
            s0 += v;                                                                                                 \
            d0 += v * (w - centre);                                                                                  \
            memcpy(&v, dy + i + L, sizeof v);                                                                        \
            memcpy(&w, x + i + L, sizeof w);                                                                         \
            s1 += v;                                                                                                 \
            d1 += v * (w - centre);                                                                                  \
        }                                                                                                            \
        for (; i < n; i += L) {                                                                                      \
            load_##suffix(n - i, readable - i, dy + i, 0, &v);                                                       \
            load_##suffix(n - i, readable - i, x + i, centre, &w);                                                   \
            s0 += v;                                                                                                 \
            d0 += v * (w - centre);                                                                                  \
        }                                                                                                            \
        s0 += s1;                                                                                                    \
        d0 += d1;                                                                                                    \
        *sum += total_##suffix(&s0);                                                                                 \
        *dot += total_##suffix(&d0);                                                                                 \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void ct_block_sums_##suffix(size_t blocks, size_t length, size_t step, size_t readable, const void *x, \
                                          const void *dy, double mean, double *sum, double *dot) {                   \
        const T centre = (T)mean;                                                                                    \
        double s = 0, d = 0;                                                                                         \
        for (size_t block = 0; block < blocks; block++)                                                              \
            for (size_t i = 0; i < length; i += PORTION_##suffix) {                                                  \
                const size_t place = block * step + i, left = length - i;                                            \
                sums_##suffix(left < PORTION_##suffix ? left : PORTION_##suffix, readable - place,                   \
                              (const T *)x + place, (const T *)dy + place, centre, &s, &d);                          \
            }                                                                                                        \
        *sum = s;                                                                                                    \
        *dot = d - (mean - centre) * s;                                                                              \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void ct_block_gradient_##suffix(size_t blocks, size_t length, size_t step, size_t readable,            \
                                              const void *x_, const void *dy_, double mean, double a_, double b_,    \
                                              double c_, void *dx_) {                                                \
        enum { L = LANES_##suffix };                                                                                 \
        const T centre = (T)mean, a = (T)a_, b = (T)b_, c = (T)(c_ - (mean - centre) * b_);                          \
        for (size_t block = 0; block < blocks; block++) {                                                            \
            const T *x = (const T *)x_ + block * step, *dy = (const T *)dy_ + block * step;                          \
            T *dx = (T *)dx_ + block * step;                                                                         \
            const size_t left = readable - block * step;                                                             \
            vector_##suffix v, w;                                                                                    \
            size_t i = 0;                                                                                            \
            for (; i + L <= length; i += L) {                                                                        \
                memcpy(&v, x + i, sizeof v);                                                                         \
                memcpy(&w, dy + i, sizeof w);                                                                        \
                v = ((v - centre) * b + c) + w * a;                                                                  \
                memcpy(dx + i, &v, sizeof v);                                                                        \
            }                                                                                                        \
            if (i < length) {                                                                                        \
                load_##suffix(length - i, left - i, x + i, 0, &v);                                                   \
                load_##suffix(length - i, left - i, dy + i, 0, &w);                                                  \
                v = ((v - centre) * b + c) + w * a;                                                                  \
                store_##suffix(length - i, &v, dx + i);                                                              \
            }                                                                                                        \
        }                                                                                                            \
    }

DEFINE_BLOCKS(f32, float)
DEFINE_BLOCKS(f64, double)
