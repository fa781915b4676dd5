#include "ct_reductions.h"
#include "clones.h"
#include <math.h>
#include <string.h>

// softmax, its logarithm and Σ e^x over rows of n values, a row at a time while it is in the first-level cache. Each
// pass reads whole vectors; the last one of a row is filled up with a value that does not count.
//
// e^x is wanted here for x ≤ 0 only (a row's largest value has been subtracted), and results below the smallest
// normal number may be 0: that saves a quarter of a general exp. x = k log 2 + r with |r| ≤ log 2 / 2, then
// e^x = 2^k p(r). float32: p of degree 6, by Remez's exchange for relative error (3.1e-9). float64: Taylor's
// polynomial of degree 13 (4e-18). log 2 is split in two so that k times its upper part is exact.
#pragma clang fp contract(fast)

enum { LANES_f32 = 16, LANES_f64 = 8 };
typedef float vector_f32 __attribute__((vector_size(64)));
typedef double vector_f64 __attribute__((vector_size(64)));
typedef int32_t mask_f32 __attribute__((vector_size(64)));
typedef int64_t mask_f64 __attribute__((vector_size(64)));

// *y = e^*x
CT_INLINE void exp_f32(const vector_f32 *x, vector_f32 *y) {
    const float round = 0x1.8p23f; // adding it rounds to an integer, in the low bits of the sum
    vector_f32 shifted = *x * 1.44269504f + round, k = shifted - round;
    vector_f32 r = *x - k * 0.693359375f;
    r = r + k * 2.12194440e-4f;
    vector_f32 p = 0.0013814472f * r + 0.008368779f;
    p = p * r + 0.041668393f;
    p = p * r + 0.1666652f;
    p = p * r + 0.49999994f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    p *= (vector_f32)(((mask_f32)shifted << 23) + 0x3F800000); // a product: NaN stays NaN
    mask_f32 tiny = *x < -87.33654f;                           // log 2^−126
    *y = (vector_f32)(~tiny & (mask_f32)p);
}

CT_INLINE void exp_f64(const vector_f64 *x, vector_f64 *y) {
    const double round = 0x1.8p52;
    vector_f64 shifted = *x * 1.4426950408889634 + round, k = shifted - round;
    vector_f64 r = *x - k * 6.93147180369123816490e-1;
    r = r - k * 1.90821492927058770002e-10;
    vector_f64 p = (1.0 / 6227020800) * r + 1.0 / 479001600;
    p = p * r + 1.0 / 39916800;
    p = p * r + 1.0 / 3628800;
    p = p * r + 1.0 / 362880;
    p = p * r + 1.0 / 40320;
    p = p * r + 1.0 / 5040;
    p = p * r + 1.0 / 720;
    p = p * r + 1.0 / 120;
    p = p * r + 1.0 / 24;
    p = p * r + 1.0 / 6;
    p = p * r + 0.5;
    p = p * r + 1.0;
    p = p * r + 1.0;
    p *= (vector_f64)(((mask_f64)shifted << 52) + INT64_C(0x3FF0000000000000));
    mask_f64 tiny = *x < -708.3964185322641; // log 2^−1022
    *y = (vector_f64)(~tiny & (mask_f64)p);
}

// a > b ? a : b, lane by lane
#define LARGER(suffix, a, b)                                                                                         \
    ((vector_##suffix)(((mask_##suffix)((a) > (b)) & (mask_##suffix)(a)) | (~(mask_##suffix)((a) > (b)) & (mask_##suffix)(b))))

// Each lane's partner at distance d, for reductions that leave the result in every lane.
#define PARTNERS_f64(v, d)                                                                                           \
    __builtin_shufflevector(v, v, 0 ^ (d), 1 ^ (d), 2 ^ (d), 3 ^ (d), 4 ^ (d), 5 ^ (d), 6 ^ (d), 7 ^ (d))
#define PARTNERS_f32(v, d)                                                                                           \
    __builtin_shufflevector(v, v, 0 ^ (d), 1 ^ (d), 2 ^ (d), 3 ^ (d), 4 ^ (d), 5 ^ (d), 6 ^ (d), 7 ^ (d), 8 ^ (d),   \
                            9 ^ (d), 10 ^ (d), 11 ^ (d), 12 ^ (d), 13 ^ (d), 14 ^ (d), 15 ^ (d))

#define DEFINE_SOFTMAX(suffix, T, LOG)                                                                               \
    /* The n values at x, or as many as fit; where there are fewer, then `fill`. `readable` values may be read. */   \
    CT_INLINE void load_##suffix(size_t n, size_t readable, const T *x, T fill, vector_##suffix *v) {                \
        if (readable >= LANES_##suffix) {                                                                            \
            memcpy(v, x, sizeof *v);                                                                                 \
            if (n >= LANES_##suffix) return;                                                                         \
            mask_##suffix index;                                                                                     \
            for (int k = 0; k < LANES_##suffix; k++) index[k] = k;                                                   \
            mask_##suffix used = (mask_##suffix)(index < (__typeof__(index[0]))n);                                   \
            *v = (vector_##suffix)((used & (mask_##suffix)*v) | (~used & (mask_##suffix)(*v * 0 * 0 + fill)));       \
        } else {                                                                                                     \
            T l[LANES_##suffix];                                                                                     \
            for (size_t i = 0; i < LANES_##suffix; i++) l[i] = fill;                                                 \
            for (size_t i = 0; i < n; i++) l[i] = x[i];                                                              \
            memcpy(v, l, sizeof l);                                                                                  \
        }                                                                                                            \
    }                                                                                                                \
    CT_INLINE void store_##suffix(size_t n, const vector_##suffix *v, T *y) {                                        \
        if (n >= LANES_##suffix) {                                                                                   \
            memcpy(y, v, sizeof *v);                                                                                 \
            return;                                                                                                  \
        }                                                                                                            \
        T l[LANES_##suffix];                                                                                         \
        const T *from = l;                                                                                           \
        memcpy(l, v, sizeof l);                                                                                      \
        if (LANES_##suffix > 8 && n & 8) {                                                                           \
            memcpy(y, from, 8 * sizeof(T));                                                                          \
            y += 8;                                                                                                  \
            from += 8;                                                                                               \
        }                                                                                                            \
        if (n & 4) {                                                                                                 \
            memcpy(y, from, 4 * sizeof(T));                                                                          \
            y += 4;                                                                                                  \
            from += 4;                                                                                               \
        }                                                                                                            \
        if (n & 2) {                                                                                                 \
            memcpy(y, from, 2 * sizeof(T));                                                                          \
            y += 2;                                                                                                  \
            from += 2;                                                                                               \
        }                                                                                                            \
        if (n & 1) *y = *from;                                                                                       \
    }                                                                                                                \
    CT_INLINE T total_##suffix(const vector_##suffix *x) {                                                           \
        vector_##suffix v = *x;                                                                                      \
        if (LANES_##suffix > 8) v += PARTNERS_##suffix(v, 8 % LANES_##suffix);                                       \
        v += PARTNERS_##suffix(v, 4);                                                                                \
        v += PARTNERS_##suffix(v, 2);                                                                                \
        v += PARTNERS_##suffix(v, 1);                                                                                \
        return v[0];                                                                                                 \
    }                                                                                                                \
    CT_INLINE T maximum_##suffix(const vector_##suffix *x) {                                                         \
        vector_##suffix v = *x, w;                                                                                   \
        if (LANES_##suffix > 8) {                                                                                    \
            w = PARTNERS_##suffix(v, 8 % LANES_##suffix);                                                            \
            v = LARGER(suffix, v, w);                                                                                \
        }                                                                                                            \
        w = PARTNERS_##suffix(v, 4);                                                                                 \
        v = LARGER(suffix, v, w);                                                                                    \
        w = PARTNERS_##suffix(v, 2);                                                                                 \
        v = LARGER(suffix, v, w);                                                                                    \
        w = PARTNERS_##suffix(v, 1);                                                                                 \
        v = LARGER(suffix, v, w);                                                                                    \
        return v[0];                                                                                                 \
    }                                                                                                                \
    /* the largest value, where NaN may be passed over */                                                            \
    CT_INLINE T largest_##suffix(size_t n, size_t readable, const T *x) {                                            \
        vector_##suffix m0, m1, a, b;                                                                                \
        load_##suffix(n, readable, x, -INFINITY, &m0);                                                               \
        m1 = m0;                                                                                                     \
        size_t i = LANES_##suffix;                                                                                   \
        for (; i + 2 * LANES_##suffix <= n; i += 2 * LANES_##suffix) {                                               \
            memcpy(&a, x + i, sizeof a);                                                                             \
            memcpy(&b, x + i + LANES_##suffix, sizeof b);                                                            \
            m0 = LARGER(suffix, a, m0);                                                                              \
            m1 = LARGER(suffix, b, m1);                                                                              \
        }                                                                                                            \
        for (; i < n; i += LANES_##suffix) {                                                                         \
            load_##suffix(n - i, readable - i, x + i, -INFINITY, &a);                                                \
            m0 = LARGER(suffix, a, m0);                                                                              \
        }                                                                                                            \
        m0 = LARGER(suffix, m1, m0);                                                                                 \
        return maximum_##suffix(&m0);                                                                                \
    }                                                                                                                \
    /* Σ e^(x − shift), and its terms to y unless that is null */                                                    \
    CT_INLINE T exponentials_##suffix(size_t n, size_t readable, T shift, const T *x, T *y) {                        \
        vector_##suffix s0 = {0}, s1 = {0}, a, b;                                                                    \
        size_t i = 0;                                                                                                \
        for (; i + 2 * LANES_##suffix <= n; i += 2 * LANES_##suffix) {                                               \
            memcpy(&a, x + i, sizeof a);                                                                             \
            memcpy(&b, x + i + LANES_##suffix, sizeof b);                                                            \
            a -= shift;                                                                                              \
            b -= shift;                                                                                              \
            exp_##suffix(&a, &a);                                                                                    \
            exp_##suffix(&b, &b);                                                                                    \
            s0 += a;                                                                                                 \
            s1 += b;                                                                                                 \
            if (y) {                                                                                                 \
                memcpy(y + i, &a, sizeof a);                                                                         \
                memcpy(y + i + LANES_##suffix, &b, sizeof b);                                                        \
            }                                                                                                        \
        }                                                                                                            \
        for (; i < n; i += LANES_##suffix) {                                                                         \
            load_##suffix(n - i, readable - i, x + i, -INFINITY, &a);                                                \
            a -= shift;                                                                                              \
            exp_##suffix(&a, &a);                                                                                    \
            s0 += a;                                                                                                 \
            if (y) store_##suffix(n - i, &a, y + i);                                                                 \
        }                                                                                                            \
        s0 += s1;                                                                                                    \
        return total_##suffix(&s0);                                                                                  \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void ct_softmax_##suffix(size_t rows, size_t n, const T *x, T *y) {                                    \
        if (n == 0) return;                                                                                          \
        for (size_t readable = rows * n; readable > 0; readable -= n, x += n, y += n) {                              \
            T scale = 1 / exponentials_##suffix(n, largest_##suffix(n, readable, x), x, y);                          \
            vector_##suffix v;                                                                                       \
            for (size_t i = 0; i < n; i += LANES_##suffix) {                                                         \
                load_##suffix(n - i, readable - i, y + i, 0, &v);                                                    \
                v *= scale;                                                                                          \
                store_##suffix(n - i, &v, y + i);                                                                    \
            }                                                                                                        \
        }                                                                                                            \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void ct_log_softmax_##suffix(size_t rows, size_t n, const T *x, T *y) {                                \
        if (n == 0) return;                                                                                          \
        for (size_t readable = rows * n; readable > 0; readable -= n, x += n, y += n) {                              \
            T shift = largest_##suffix(n, readable, x), log_sum = LOG(exponentials_##suffix(n, readable, shift, x, NULL));\
            vector_##suffix v;                                                                                       \
            for (size_t i = 0; i < n; i += LANES_##suffix) {                                                         \
                load_##suffix(n - i, readable - i, x + i, 0, &v);                                                    \
                v = (v - shift) - log_sum;                                                                           \
                store_##suffix(n - i, &v, y + i);                                                                    \
            }                                                                                                        \
        }                                                                                                            \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void ct_log_sum_exp_##suffix(size_t rows, size_t n, const T *x, T *y) {                                \
        for (size_t readable = rows * n; readable > 0; readable -= n, x += n) {                                      \
            T shift = n > 0 ? largest_##suffix(n, readable, x) : -INFINITY;                                          \
            if (shift - shift == 0) {                                                                                \
                y[r] = shift + LOG(exponentials_##suffix(n, readable, shift, x, NULL));                              \
            } else { /* infinite: the sum itself, unless there is a NaN beside it */                                 \
                y[r] = shift;                                                                                        \
                for (size_t i = 0; i < n; i++)                                                                       \
                    if (x[i] != x[i]) y[r] = x[i];                                                                   \
            }                                                                                                        \
        }                                                                                                            \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void ct_softmax_gradient_##suffix(size_t rows, size_t n, const T *dy, const T *y, T *dx) {             \
        for (size_t readable = rows * n; readable > 0; readable -= n, dy += n, y += n, dx += n) {                    \
            vector_##suffix s0 = {0}, s1 = {0}, a, b;                                                                \
            size_t i = 0;                                                                                            \
            for (; i + 2 * LANES_##suffix <= n; i += 2 * LANES_##suffix) {                                           \
                memcpy(&a, dy + i, sizeof a);                                                                        \
                memcpy(&b, y + i, sizeof b);                                                                         \
                s0 += a * b;                                                                                         \
                memcpy(&a, dy + i + LANES_##suffix, sizeof a);                                                       \
                memcpy(&b, y + i + LANES_##suffix, sizeof b);                                                        \
                s1 += a * b;                                                                                         \
            }                                                                                                        \
            for (; i < n; i += LANES_##suffix) {                                                                     \
                load_##suffix(n - i, readable - i, dy + i, 0, &a);                                                   \
                load_##suffix(n - i, readable - i, y + i, 0, &b);                                                    \
                s0 += a * b;                                                                                         \
            }                                                                                                        \
            s0 += s1;                                                                                                \
            T dot = total_##suffix(&s0);                                                                             \
            for (i = 0; i < n; i += LANES_##suffix) {                                                                \
                load_##suffix(n - i, readable - i, dy + i, 0, &a);                                                   \
                load_##suffix(n - i, readable - i, y + i, 0, &b);                                                    \
                a = b * (a - dot);                                                                                   \
                store_##suffix(n - i, &a, dx + i);                                                                   \
            }                                                                                                        \
        }                                                                                                            \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void ct_log_softmax_gradient_##suffix(size_t rows, size_t n, const T *dy, const T *y, T *dx) {         \
        for (size_t readable = rows * n; readable > 0; readable -= n, dy += n, y += n, dx += n) {                    \
            vector_##suffix s0 = {0}, a, b;                                                                          \
            for (size_t i = 0; i < n; i += LANES_##suffix) {                                                         \
                load_##suffix(n - i, readable - i, dy + i, 0, &a);                                                   \
                s0 += a;                                                                                             \
            }                                                                                                        \
            T sum = total_##suffix(&s0);                                                                             \
            for (size_t i = 0; i < n; i += LANES_##suffix) {                                                         \
                load_##suffix(n - i, readable - i, dy + i, 0, &a);                                                   \
                load_##suffix(n - i, readable - i, y + i, 0, &b);                                                    \
                exp_##suffix(&b, &b);                                                                                \
                a -= b * sum;                                                                                        \
                store_##suffix(n - i, &a, dx + i);                                                                   \
            }                                                                                                        \
        }                                                                                                            \
    }

DEFINE_SOFTMAX(f32, float, logf)
DEFINE_SOFTMAX(f64, double, log)
