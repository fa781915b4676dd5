#include "ct_reductions.h"
#include "row_vectors.h"

// softmax, its logarithm and log Σ e^x over rows of n values, a row at a time while it is in the first-level cache.
// A row that fits one vector never leaves its register. y may be x.
#pragma clang fp contract(fast)

#define DEFINE_SOFTMAX(suffix, T, LOG)                                                                               \
    /* the largest of n > 0 values, where NaN may be passed over */                                                  \
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
                                                                                                                     \
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
        vector_##suffix v;                                                                                           \
        for (size_t readable = rows * n; readable > 0; readable -= n, x += n, y += n) {                              \
            if (n <= LANES_##suffix) {                                                                               \
                load_##suffix(n, readable, x, -INFINITY, &v);                                                        \
                v -= maximum_##suffix(&v);                                                                           \
                exp_##suffix(&v, &v);                                                                                \
                v *= 1 / total_##suffix(&v);                                                                         \
                store_##suffix(n, &v, y);                                                                            \
                continue;                                                                                            \
            }                                                                                                        \
            T scale = 1 / exponentials_##suffix(n, readable, largest_##suffix(n, readable, x), x, y);                \
            for (size_t i = 0; i < n; i += LANES_##suffix) {                                                         \
                load_##suffix(n - i, readable - i, y + i, 0, &v);                                                    \
                v *= scale;                                                                                          \
                store_##suffix(n - i, &v, y + i);                                                                    \
            }                                                                                                        \
        }                                                                                                            \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void ct_log_softmax_##suffix(size_t rows, size_t n, const T *x, T *y) {                                \
        vector_##suffix v, e;                                                                                        \
        for (size_t readable = rows * n; readable > 0; readable -= n, x += n, y += n) {                              \
            if (n <= LANES_##suffix) {                                                                               \
                load_##suffix(n, readable, x, -INFINITY, &v);                                                        \
                v -= maximum_##suffix(&v);                                                                           \
                exp_##suffix(&v, &e);                                                                                \
                v -= LOG(total_##suffix(&e));                                                                        \
                store_##suffix(n, &v, y);                                                                            \
                continue;                                                                                            \
            }                                                                                                        \
            T shift = largest_##suffix(n, readable, x);                                                              \
            T log_sum = LOG(exponentials_##suffix(n, readable, shift, x, NULL));                                     \
            for (size_t i = 0; i < n; i += LANES_##suffix) {                                                         \
                load_##suffix(n - i, readable - i, x + i, 0, &v);                                                    \
                v = (v - shift) - log_sum;                                                                           \
                store_##suffix(n - i, &v, y + i);                                                                    \
            }                                                                                                        \
        }                                                                                                            \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void ct_log_sum_exp_##suffix(size_t rows, size_t n, const T *x, T *y) {                                \
        for (size_t r = 0; r < rows; r++, x += n) {                                                                  \
            size_t readable = (rows - r) * n;                                                                        \
            T shift = n > 0 ? largest_##suffix(n, readable, x) : -INFINITY;                                          \
            y[r] = shift;                                                                                            \
            if (shift - shift == 0) {                                                                                \
                y[r] += LOG(exponentials_##suffix(n, readable, shift, x, NULL));                                     \
            } else { /* infinite: the sum itself, unless there is a NaN beside it */                                 \
                for (size_t i = 0; i < n; i++)                                                                       \
                    if (x[i] != x[i]) y[r] = x[i];                                                                   \
            }                                                                                                        \
        }                                                                                                            \
    }

DEFINE_SOFTMAX(f32, float, logf)
DEFINE_SOFTMAX(f64, double, log)
