#include "ct_normalization.h"
#include "moments.h"

// Rows while they are in the first-level cache, with a weight and a bias for each element.
#pragma clang fp contract(fast)

#define DEFINE_ROWS(suffix, T)                                                                                       \
    /* v weight + bias, of the vector at i */                                                                        \
    CT_INLINE void apply_affine_##suffix(size_t n, size_t around, const T *weight, const T *bias,                    \
                                         vector_##suffix *v) {                                                       \
        vector_##suffix w;                                                                                           \
        if (weight) {                                                                                                \
            load_##suffix(n, around, weight, 0, &w);                                                                 \
            *v *= w;                                                                                                 \
        }                                                                                                            \
        if (bias) {                                                                                                  \
            load_##suffix(n, around, bias, 0, &w);                                                                   \
            *v += w;                                                                                                 \
        }                                                                                                            \
    }                                                                                                                \
                                                                                                                     \
    /* `total` += v */                                                                                               \
    CT_INLINE void add_##suffix(size_t n, size_t around, const vector_##suffix *v, T *total) {                       \
        vector_##suffix w;                                                                                           \
        load_##suffix(n, around, total, 0, &w);                                                                      \
        w += *v;                                                                                                     \
        store_##suffix(n, &w, total);                                                                                \
    }                                                                                                                \
                                                                                                                     \
    CT_INLINE void normalize_row_##suffix(size_t n, size_t readable, size_t around, const T *x, const T *weight,     \
                                          const T *bias, T centre, T a, T b, T *y) {                                 \
        enum { L = LANES_##suffix };                                                                                 \
        size_t i = 0;                                                                                                \
        vector_##suffix v;                                                                                           \
        for (; i + L <= n; i += L) {                                                                                 \
            memcpy(&v, x + i, sizeof v);                                                                             \
            v = (v - centre) * a + b;                                                                                \
            apply_affine_##suffix(L, L, weight ? weight + i : NULL, bias ? bias + i : NULL, &v);                     \
            memcpy(y + i, &v, sizeof v);                                                                             \
        }                                                                                                            \
        if (i == n) return;                                                                                          \
        load_##suffix(n - i, readable - i, x + i, 0, &v);                                                            \
        v = (v - centre) * a + b;                                                                                    \
        apply_affine_##suffix(n - i, around - i, weight ? weight + i : NULL, bias ? bias + i : NULL, &v);            \
        store_##suffix(n - i, &v, y + i);                                                                            \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void ct_normalize_rows_##suffix(size_t rows, size_t n, size_t period, const void *x_,                  \
                                              const void *weight, const void *bias, double epsilon, void *y_,        \
                                              double *figures) {                                                     \
        const T *x = x_;                                                                                             \
        T *y = y_;                                                                                                   \
        for (size_t r = 0, k = 0; r < rows; r++, x += n, y += n, k = k + 1 == period ? 0 : k + 1) {                  \
            const size_t readable = (rows - r) * n, around = (period - k) * n;                                       \
            const ct_moments all = moments_##suffix(1, n, 0, readable, x);                                           \
            const double variance = all.squares / (double)n, scale = 1 / sqrt(variance + epsilon);                   \
            figures[2 * r] = all.mean;                                                                               \
            figures[2 * r + 1] = variance;                                                                           \
            const T centre = (T)all.mean;                                                                            \
            normalize_row_##suffix(n, readable, around, x, weight ? (const T *)weight + k * n : NULL,                \
                                   bias ? (const T *)bias + k * n : NULL, centre, (T)scale,                          \
                                   (T)((centre - all.mean) * scale), y);                                             \
        }                                                                                                            \
    }                                                                                                                \
                                                                                                                     \
    /* One vector's share in Σ g and Σ g x̂, where g = weight dy, and in dweight and dbias. */                        \
    CT_INLINE void share_##suffix(size_t n, size_t readable, size_t around, const T *x, const T *weight,             \
                                  const T *dy, T centre, T a, T b, T *dweight, T *dbias, vector_##suffix *sum,       \
                                  vector_##suffix *dot) {                                                            \
        vector_##suffix v, w, g;                                                                                     \
        load_##suffix(n, readable, x, 0, &v);                                                                        \
        load_##suffix(n, readable, dy, 0, &g);                                                                       \
        v = (v - centre) * a + b;                                                                                    \
        if (dweight) {                                                                                               \
            w = g * v;                                                                                               \
            add_##suffix(n, around, &w, dweight);                                                                    \
        }                                                                                                            \
        if (dbias) add_##suffix(n, around, &g, dbias);                                                               \
        apply_affine_##suffix(n, around, weight, NULL, &g);                                                          \
        *sum += g;                                                                                                   \
        *dot += g * v;                                                                                               \
    }                                                                                                                \
                                                                                                                     \
    CT_INLINE void share_portion_##suffix(size_t n, size_t readable, size_t around, const T *x, const T *weight,     \
                                          const T *dy, T centre, T a, T b, T *dweight, T *dbias, double *sum,        \
                                          double *dot) {                                                             \
        enum { L = LANES_##suffix };                                                                                 \
        vector_##suffix s = {0}, d = {0};                                                                            \
        size_t i = 0;                                                                                                \
        for (; i + L <= n; i += L)                                                                                   \
            share_##suffix(L, L, L, x + i, weight ? weight + i : NULL, dy + i, centre, a, b,                         \
                           dweight ? dweight + i : NULL, dbias ? dbias + i : NULL, &s, &d);                          \
        if (i < n)                                                                                                   \
            share_##suffix(n - i, readable - i, around - i, x + i, weight ? weight + i : NULL, dy + i, centre, a, b, \
                           dweight ? dweight + i : NULL, dbias ? dbias + i : NULL, &s, &d);                          \
        *sum += total_##suffix(&s);                                                                                  \
        *dot += total_##suffix(&d);                                                                                  \
    }                                                                                                                \
                                                                                                                     \
    /* dx = a g + b (x − centre) + c */                                                                              \
    CT_INLINE void differentiate_row_##suffix(size_t n, size_t readable, size_t around, const T *x, const T *weight, \
                                              const T *dy, T centre, T a, T b, T c, T *dx) {                         \
        enum { L = LANES_##suffix };                                                                                 \
        size_t i = 0;                                                                                                \
        vector_##suffix v, g;                                                                                        \
        for (; i + L <= n; i += L) {                                                                                 \
            memcpy(&v, x + i, sizeof v);                                                                             \
            memcpy(&g, dy + i, sizeof g);                                                                            \
            apply_affine_##suffix(L, L, weight ? weight + i : NULL, NULL, &g);                                       \
            v = ((v - centre) * b + c) + g * a;                                                                      \
            memcpy(dx + i, &v, sizeof v);                                                                            \
        }                                                                                                            \
        if (i == n) return;                                                                                          \
        load_##suffix(n - i, readable - i, x + i, 0, &v);                                                            \
        load_##suffix(n - i, readable - i, dy + i, 0, &g);                                                           \
        apply_affine_##suffix(n - i, around - i, weight ? weight + i : NULL, NULL, &g);                              \
        v = ((v - centre) * b + c) + g * a;                                                                          \
        store_##suffix(n - i, &v, dx + i);                                                                           \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void ct_normalize_rows_gradient_##suffix(                                                              \
        size_t rows, size_t n, size_t period, const void *x_, const void *weight_, const void *dy_, double epsilon,  \
        const double *figures, void *dx, void *dweight_, void *dbias_) {                                             \
        const T *x = x_, *dy = dy_;                                                                                  \
        for (size_t r = 0, k = 0; r < rows; r++, x += n, dy += n, k = k + 1 == period ? 0 : k + 1) {                 \
            const T *weight = weight_ ? (const T *)weight_ + k * n : NULL;                                           \
            T *dweight = dweight_ ? (T *)dweight_ + k * n : NULL, *dbias = dbias_ ? (T *)dbias_ + k * n : NULL;      \
            const size_t readable = (rows - r) * n, around = (period - k) * n;                                       \
            const double mean = figures[2 * r], scale = 1 / sqrt(figures[2 * r + 1] + epsilon);                      \
            const T centre = (T)mean, shift = (T)((centre - mean) * scale);                                          \
            double sum = 0, dot = 0;                                                                                 \
            for (size_t i = 0; i < n; i += PORTION_##suffix)                                                         \
                share_portion_##suffix(n - i < PORTION_##suffix ? n - i : PORTION_##suffix, readable - i,            \
                                       around - i, x + i, weight ? weight + i : NULL, dy + i, centre, (T)scale,      \
                                       shift, dweight ? dweight + i : NULL, dbias ? dbias + i : NULL, &sum, &dot);   \
            /* dx = (g − mean g − x̂ mean(g x̂)) scale */                                                              \
            const double slope = -dot / (double)n * scale * scale;                                                   \
            if (dx)                                                                                                  \
                differentiate_row_##suffix(n, readable, around, x, weight, dy, centre, (T)scale, (T)slope,           \
                                           (T)((centre - mean) * slope - sum / (double)n * scale), (T *)dx + r * n); \
        }                                                                                                            \
    }

DEFINE_ROWS(f32, float)
DEFINE_ROWS(f64, double)
