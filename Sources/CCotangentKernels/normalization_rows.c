#include "ct_normalization.h"
#include "moments.h"

// Rows while they are in the first-level cache, with a weight and a bias for each element.
#pragma clang fp contract(fast)

#define DEFINE_ROWS(suffix, T)                                                                                       \
    CT_CLONES void ct_normalize_rows_##suffix(size_t rows, size_t n, size_t period, const void *x_,                  \
                                              const void *weight_, const void *bias_, double epsilon, void *y_,      \
                                              double *figures) {                                                     \
        enum { L = LANES_##suffix };                                                                                 \
        const T *x = x_;                                                                                             \
        T *y = y_;                                                                                                   \
        for (size_t r = 0, k = 0; r < rows; r++, x += n, y += n, k = k + 1 == period ? 0 : k + 1) {                  \
            const T *weight = weight_ ? (const T *)weight_ + k * n : NULL;                                           \
            const T *bias = bias_ ? (const T *)bias_ + k * n : NULL;                                                 \
            const size_t readable = (rows - r) * n, around = (period - k) * n;                                       \
            const ct_moments all = moments_##suffix(1, n, 0, readable, x);                                           \
            const double variance = all.squares / (double)n, scale = 1 / sqrt(variance + epsilon);                   \
            figures[2 * r] = all.mean;                                                                               \
            figures[2 * r + 1] = variance;                                                                           \
            const T centre = (T)all.mean, a = (T)scale, b = (T)((centre - all.mean) * scale);                        \
            vector_##suffix v, w;                                                                                    \
            for (size_t i = 0; i < n; i += L) {                                                                      \
                load_##suffix(n - i, readable - i, x + i, 0, &v);                                                    \
                v = (v - centre) * a + b;                                                                            \
                if (weight) {                                                                                        \
                    load_##suffix(n - i, around - i, weight + i, 0, &w);                                             \
                    v *= w;                                                                                          \
                }                                                                                                    \
                if (bias) {                                                                                          \
                    load_##suffix(n - i, around - i, bias + i, 0, &w);                                               \
                    v += w;                                                                                          \
                }                                                                                                    \
                store_##suffix(n - i, &v, y + i);                                                                    \
            }                                                                                                        \
        }                                                                                                            \
    }                                                                                                                \
                                                                                                                     \
    /* Σ g and Σ g x̂ of a portion of a row, where g = weight dy */                                                   \
    CT_INLINE void gradient_sums_##suffix(size_t n, size_t readable, size_t around, const T *x, const T *weight,     \
                                          const T *dy, T centre, T a, T b, T *dweight, T *dbias, double *sum,        \
                                          double *dot) {                                                             \
        enum { L = LANES_##suffix };                                                                                 \
        vector_##suffix s = {0}, d = {0}, v, w, g;                                                                   \
        for (size_t i = 0; i < n; i += L) {                                                                          \
            load_##suffix(n - i, readable - i, x + i, 0, &v);                                                        \
            load_##suffix(n - i, readable - i, dy + i, 0, &g);                                                       \
            v = (v - centre) * a + b;                                                                                \
            if (dweight) {                                                                                           \
                load_##suffix(n - i, around - i, dweight + i, 0, &w);                                                \
                w += g * v;                                                                                          \
                store_##suffix(n - i, &w, dweight + i);                                                              \
            }                                                                                                        \
            if (dbias) {                                                                                             \
                load_##suffix(n - i, around - i, dbias + i, 0, &w);                                                  \
                w += g;                                                                                              \
                store_##suffix(n - i, &w, dbias + i);                                                                \
            }                                                                                                        \
            if (weight) {                                                                                            \
                load_##suffix(n - i, around - i, weight + i, 0, &w);                                                 \
                g *= w;                                                                                              \
            }                                                                                                        \
            s += g;                                                                                                  \
            d += g * v;                                                                                              \
        }                                                                                                            \
        *sum += total_##suffix(&s);                                                                                  \
        *dot += total_##suffix(&d);                                                                                  \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void ct_normalize_rows_gradient_##suffix(                                                              \
        size_t rows, size_t n, size_t period, const void *x_, const void *weight_, const void *dy_, double epsilon,  \
        const double *figures, void *dx_, void *dweight_, void *dbias_) {                                            \
        enum { L = LANES_##suffix };                                                                                 \
        const T *x = x_, *dy = dy_;                                                                                  \
        T *dx = dx_;                                                                                                 \
        for (size_t r = 0, k = 0; r < rows; r++, x += n, dy += n, k = k + 1 == period ? 0 : k + 1) {                 \
            const T *weight = weight_ ? (const T *)weight_ + k * n : NULL;                                           \
            T *dweight = dweight_ ? (T *)dweight_ + k * n : NULL, *dbias = dbias_ ? (T *)dbias_ + k * n : NULL;      \
            const size_t readable = (rows - r) * n, around = (period - k) * n;                                       \
            const double mean = figures[2 * r], scale = 1 / sqrt(figures[2 * r + 1] + epsilon);                      \
            const T centre = (T)mean, a = (T)scale, b = (T)((centre - mean) * scale);                                \
            double sum = 0, dot = 0;                                                                                 \
            for (size_t i = 0; i < n; i += PORTION_##suffix)                                                         \
                gradient_sums_##suffix(n - i < PORTION_##suffix ? n - i : PORTION_##suffix, readable - i,            \
                                       around - i, x + i, weight ? weight + i : NULL, dy + i, centre, a, b,          \
                                       dweight ? dweight + i : NULL, dbias ? dbias + i : NULL, &sum, &dot);          \
            if (!dx) continue;                                                                                       \
            /* dx = (g − mean g − x̂ mean(g x̂)) scale */                                                              \
            const double slope = -dot / (double)n * scale * scale;                                                   \
            const T p = (T)slope, q = (T)((centre - mean) * slope - sum / (double)n * scale);                        \
            vector_##suffix v, w, g;                                                                                 \
            for (size_t i = 0; i < n; i += L) {                                                                      \
                load_##suffix(n - i, readable - i, x + i, 0, &v);                                                    \
                load_##suffix(n - i, readable - i, dy + i, 0, &g);                                                   \
                if (weight) {                                                                                        \
                    load_##suffix(n - i, around - i, weight + i, 0, &w);                                             \
                    g *= w;                                                                                          \
                }                                                                                                    \
                v = ((v - centre) * p + q) + g * a;                                                                  \
                store_##suffix(n - i, &v, dx + i);                                                                   \
            }                                                                                                        \
            dx += n;                                                                                                 \
        }                                                                                                            \
    }

DEFINE_ROWS(f32, float)
DEFINE_ROWS(f64, double)
