#ifndef CT_MOMENTS_H
#define CT_MOMENTS_H

#include "row_vectors.h"

// Mean and Σ (x − mean)² with one pass over memory: a portion is read twice while it is in the first-level cache, first
// for a rough mean, then for the deviations d from it, whose own sum corrects what the rough mean lacks. Portions are
// merged in double (Chan, Golub, LeVeque, "Algorithms for computing the sample variance", 1983).
#pragma clang fp contract(fast)

enum { PORTION_f32 = 4096, PORTION_f64 = 2048 };

typedef struct {
    double count, mean, squares;
} ct_moments;

CT_INLINE void merge(ct_moments *all, double count, double mean, double squares) {
    if (all->count == 0) { // no divisions for what is one portion
        *all = (ct_moments){count, mean, squares};
        return;
    }
    const double total = all->count + count, delta = mean - all->mean;
    all->mean += delta * (count / total);
    all->squares += squares + delta * delta * (all->count * (count / total));
    all->count = total;
}

#define DEFINE_MOMENTS(suffix, T)                                                                                    \
    CT_INLINE void portion_##suffix(size_t blocks, size_t length, size_t step, size_t readable, const T *x,          \
                                    ct_moments *all) {                                                               \
        enum { L = LANES_##suffix };                                                                                 \
        vector_##suffix s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0}, v0, v1, v2, v3;                                      \
        for (size_t block = 0; block < blocks; block++) {                                                            \
            const T *p = x + block * step;                                                                           \
            const size_t left = readable - block * step;                                                             \
            size_t i = 0;                                                                                            \
            for (; i + 4 * L <= length; i += 4 * L) {                                                                \
                memcpy(&v0, p + i, sizeof v0);                                                                       \
                memcpy(&v1, p + i + L, sizeof v1);                                                                   \
                memcpy(&v2, p + i + 2 * L, sizeof v2);                                                               \
                memcpy(&v3, p + i + 3 * L, sizeof v3);                                                               \
                s0 += v0;                                                                                            \
                s1 += v1;                                                                                            \
                s2 += v2;                                                                                            \
                s3 += v3;                                                                                            \
            }                                                                                                        \
            for (; i < length; i += L) {                                                                             \
                load_##suffix(length - i, left - i, p + i, 0, &v0);                                                  \
                s0 += v0;                                                                                            \
            }                                                                                                        \
        }                                                                                                            \
        const double count = (double)(blocks * length), share = 1 / count;                                           \
        s0 = (s0 + s1) + (s2 + s3);                                                                                  \
        const T centre = (T)(total_##suffix(&s0) * share);                                                           \
        vector_##suffix q0 = {0}, q1 = {0}, q2 = {0}, q3 = {0};                                                      \
        s0 = s1 = s2 = s3 = q0;                                                                                      \
        for (size_t block = 0; block < blocks; block++) {                                                            \
            const T *p = x + block * step;                                                                           \
            const size_t left = readable - block * step;                                                             \
            size_t i = 0;                                                                                            \
            for (; i + 4 * L <= length; i += 4 * L) {                                                                \
                memcpy(&v0, p + i, sizeof v0);                                                                       \
                memcpy(&v1, p + i + L, sizeof v1);                                                                   \
                memcpy(&v2, p + i + 2 * L, sizeof v2);                                                               \
                memcpy(&v3, p + i + 3 * L, sizeof v3);                                                               \
                v0 -= centre;                                                                                        \
                v1 -= centre;                                                                                        \
                v2 -= centre;                                                                                        \
                v3 -= centre;                                                                                        \
                s0 += v0;                                                                                            \
                s1 += v1;                                                                                            \
                s2 += v2;                                                                                            \
                s3 += v3;                                                                                            \
                q0 += v0 * v0;                                                                                       \
                q1 += v1 * v1;                                                                                       \
                q2 += v2 * v2;                                                                                       \
                q3 += v3 * v3;                                                                                       \
            }                                                                                                        \
            for (; i < length; i += L) {                                                                             \
                load_##suffix(length - i, left - i, p + i, centre, &v0);                                             \
                v0 -= centre;                                                                                        \
                s0 += v0;                                                                                            \
                q0 += v0 * v0;                                                                                       \
            }                                                                                                        \
        }                                                                                                            \
        s0 = (s0 + s1) + (s2 + s3);                                                                                  \
        q0 = (q0 + q1) + (q2 + q3);                                                                                  \
        const double sum = total_##suffix(&s0);                                                                      \
        merge(all, count, centre + sum * share, total_##suffix(&q0) - sum * (sum * share));                          \
    }                                                                                                                \
                                                                                                                     \
    CT_INLINE ct_moments moments_##suffix(size_t blocks, size_t length, size_t step, size_t readable, const T *x) {  \
        ct_moments all = {0, 0, 0};                                                                                  \
        if (length <= PORTION_##suffix) {                                                                            \
            const size_t many = PORTION_##suffix / length;                                                           \
            for (size_t b = 0; b < blocks; b += many)                                                                \
                portion_##suffix(blocks - b < many ? blocks - b : many, length, step, readable - b * step,           \
                                 x + b * step, &all);                                                                \
            return all;                                                                                              \
        }                                                                                                            \
        for (size_t b = 0; b < blocks; b++)                                                                          \
            for (size_t i = 0; i < length; i += PORTION_##suffix)                                                    \
                portion_##suffix(1, length - i < PORTION_##suffix ? length - i : PORTION_##suffix, 0,                \
                                 readable - b * step - i, x + b * step + i, &all);                                   \
        return all;                                                                                                  \
    }

DEFINE_MOMENTS(f32, float)
DEFINE_MOMENTS(f64, double)

#endif
