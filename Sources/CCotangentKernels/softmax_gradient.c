#include "ct_reductions.h"
#include "row_vectors.h"

// The pullbacks of softmax and log softmax over rows of n values. dx may be dy or y.
#pragma clang fp contract(fast)

#define DEFINE_SOFTMAX_GRADIENT(suffix, T)                                                                           \
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

DEFINE_SOFTMAX_GRADIENT(f32, float)
DEFINE_SOFTMAX_GRADIENT(f64, double)
