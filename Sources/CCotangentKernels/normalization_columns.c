#include "ct_normalization.h"
#include "moments.h"

// Four vectors' width of columns at a time, down all rows, then one vector's, then what is left. Sums are in T over 64
// rows, beyond that in double.
#pragma clang fp contract(fast)

enum { ROWS = 64, WIDE = 4 };

// `call` for the strip at column j, of `vectors` vectors, the last of them n columns wide: constants except at the end.
#define EACH_STRIP(width, call)                                                                                      \
    do {                                                                                                             \
        const size_t whole = (width) / L * L;                                                                        \
        size_t j = 0;                                                                                                \
        for (; j + WIDE * L <= whole; j += WIDE * L) {                                                               \
            const size_t vectors = WIDE, n = L;                                                                      \
            call;                                                                                                    \
        }                                                                                                            \
        for (; j < whole; j += L) {                                                                                  \
            const size_t vectors = 1, n = L;                                                                         \
            call;                                                                                                    \
        }                                                                                                            \
        if (j < (width)) {                                                                                           \
            const size_t vectors = 1, n = (width) - j;                                                               \
            call;                                                                                                    \
        }                                                                                                            \
    } while (0)

#define DEFINE_COLUMNS(suffix, T)                                                                                    \
    /* The strip's vectors at x, of which `readable` values may be read. */                                          \
    CT_INLINE void load_strip_##suffix(size_t vectors, size_t n, size_t readable, const T *x, vector_##suffix *v) {  \
        enum { L = LANES_##suffix };                                                                                 \
        for (size_t k = 0; k < vectors; k++)                                                                         \
            load_##suffix(k + 1 < vectors ? L : n, readable - k * L, x + k * L, 0, &v[k]);                           \
    }                                                                                                                \
                                                                                                                     \
    CT_INLINE void store_strip_##suffix(size_t vectors, size_t n, const vector_##suffix *v, T *y) {                  \
        enum { L = LANES_##suffix };                                                                                 \
        for (size_t k = 0; k < vectors; k++) store_##suffix(k + 1 < vectors ? L : n, &v[k], y + k * L);              \
    }                                                                                                                \
                                                                                                                     \
    /* count numbers as T */                                                                                         \
    CT_INLINE void convert_##suffix(size_t count, const double *from, vector_##suffix *to) {                         \
        T values[WIDE * LANES_##suffix] = {0};                                                                       \
        for (size_t k = 0; k < count; k++) values[k] = (T)from[k];                                                   \
        memcpy(to, values, sizeof values);                                                                           \
    }                                                                                                                \
                                                                                                                     \
    /* constant − (mean − its nearest T) · factor as T */                                                            \
    CT_INLINE void corrected_##suffix(size_t count, const double *mean, const double *factor,                        \
                                      const double *constant, vector_##suffix *to) {                                 \
        T values[WIDE * LANES_##suffix] = {0};                                                                       \
        for (size_t k = 0; k < count; k++) values[k] = (T)(constant[k] - (mean[k] - (T)mean[k]) * factor[k]);        \
        memcpy(to, values, sizeof values);                                                                           \
    }                                                                                                                \
                                                                                                                     \
    CT_INLINE void moments_strip_##suffix(size_t vectors, size_t n, size_t rows, size_t step, size_t readable,       \
                                          const T *x, double *mean, double *squares) {                               \
        enum { L = LANES_##suffix };                                                                                 \
        const size_t used = (vectors - 1) * L + n;                                                                   \
        ct_moments all[WIDE * L] = {{0, 0, 0}};                                                                      \
        for (size_t start = 0; start < rows; start += ROWS) {                                                        \
            const size_t end = rows - start < ROWS ? rows : start + ROWS;                                            \
            const double count = (double)(end - start), share = 1 / count;                                           \
            vector_##suffix s[WIDE] = {{0}}, q[WIDE] = {{0}}, centre[WIDE], v[WIDE];                                 \
            for (size_t r = start; r < end; r++) {                                                                   \
                load_strip_##suffix(vectors, n, readable - r * step, x + r * step, v);                               \
                for (size_t k = 0; k < vectors; k++) s[k] += v[k];                                                   \
            }                                                                                                        \
            for (size_t k = 0; k < vectors; k++) {                                                                   \
                centre[k] = s[k] * (T)share;                                                                         \
                s[k] = q[k];                                                                                         \
            }                                                                                                        \
            for (size_t r = start; r < end; r++) {                                                                   \
                load_strip_##suffix(vectors, n, readable - r * step, x + r * step, v);                               \
                for (size_t k = 0; k < vectors; k++) {                                                               \
                    v[k] -= centre[k];                                                                               \
                    s[k] += v[k];                                                                                    \
                    q[k] += v[k] * v[k];                                                                             \
                }                                                                                                    \
            }                                                                                                        \
            T sums[WIDE * L], dots[WIDE * L], centres[WIDE * L];                                                     \
            memcpy(sums, s, sizeof sums);                                                                            \
            memcpy(dots, q, sizeof dots);                                                                            \
            memcpy(centres, centre, sizeof centres);                                                                 \
            for (size_t k = 0; k < used; k++) {                                                                      \
                const double sum = sums[k];                                                                          \
                merge(&all[k], count, centres[k] + sum * share, dots[k] - sum * (sum * share));                      \
            }                                                                                                        \
        }                                                                                                            \
        for (size_t k = 0; k < used; k++) {                                                                          \
            mean[k] = all[k].mean;                                                                                   \
            squares[k] = all[k].squares;                                                                             \
        }                                                                                                            \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void ct_column_moments_##suffix(size_t rows, size_t width, size_t step, size_t readable,               \
                                              const void *x, double *mean, double *squares) {                        \
        enum { L = LANES_##suffix };                                                                                 \
        EACH_STRIP(width, moments_strip_##suffix(vectors, n, rows, step, readable - j, (const T *)x + j,             \
                                                 mean + j, squares + j));                                            \
    }                                                                                                                \
                                                                                                                     \
    CT_INLINE void affine_strip_##suffix(size_t vectors, size_t n, size_t rows, size_t step, size_t readable,        \
                                         const T *x, const double *mean, const double *scale, const double *shift,   \
                                         T *y) {                                                                     \
        const size_t used = (vectors - 1) * LANES_##suffix + n;                                                      \
        vector_##suffix centre[WIDE], a[WIDE], b[WIDE], v[WIDE];                                                     \
        convert_##suffix(used, mean, centre);                                                                        \
        convert_##suffix(used, scale, a);                                                                            \
        corrected_##suffix(used, mean, scale, shift, b);                                                             \
        for (size_t r = 0; r < rows; r++) {                                                                          \
            load_strip_##suffix(vectors, n, readable - r * step, x + r * step, v);                                   \
            for (size_t k = 0; k < vectors; k++) v[k] = (v[k] - centre[k]) * a[k] + b[k];                            \
            store_strip_##suffix(vectors, n, v, y + r * step);                                                       \
        }                                                                                                            \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void ct_column_affine_##suffix(size_t rows, size_t width, size_t step, size_t readable, const void *x, \
                                             const double *mean, const double *scale, const double *shift,           \
                                             void *y) {                                                              \
        enum { L = LANES_##suffix };                                                                                 \
        EACH_STRIP(width, affine_strip_##suffix(vectors, n, rows, step, readable - j, (const T *)x + j,              \
                                                mean + j, scale + j, shift + j, (T *)y + j));                        \
    }                                                                                                                \
                                                                                                                     \
    CT_INLINE void sums_strip_##suffix(size_t vectors, size_t n, size_t rows, size_t step, size_t readable,          \
                                       const T *x, const T *dy, const double *mean, double *sum, double *dot) {      \
        enum { L = LANES_##suffix };                                                                                 \
        const size_t used = (vectors - 1) * L + n;                                                                   \
        vector_##suffix centre[WIDE], v[WIDE], w[WIDE];                                                              \
        convert_##suffix(used, mean, centre);                                                                        \
        for (size_t k = 0; k < used; k++) sum[k] = dot[k] = 0;                                                       \
        for (size_t start = 0; start < rows; start += ROWS) {                                                        \
            const size_t end = rows - start < ROWS ? rows : start + ROWS;                                            \
            vector_##suffix s[WIDE] = {{0}}, d[WIDE] = {{0}};                                                        \
            for (size_t r = start; r < end; r++) {                                                                   \
                load_strip_##suffix(vectors, n, readable - r * step, dy + r * step, v);                              \
                load_strip_##suffix(vectors, n, readable - r * step, x + r * step, w);                               \
                for (size_t k = 0; k < vectors; k++) {                                                               \
                    s[k] += v[k];                                                                                    \
                    d[k] += v[k] * (w[k] - centre[k]);                                                               \
                }                                                                                                    \
            }                                                                                                        \
            T sums[WIDE * L], dots[WIDE * L];                                                                        \
            memcpy(sums, s, sizeof sums);                                                                            \
            memcpy(dots, d, sizeof dots);                                                                            \
            for (size_t k = 0; k < used; k++) {                                                                      \
                sum[k] += sums[k];                                                                                   \
                dot[k] += dots[k];                                                                                   \
            }                                                                                                        \
        }                                                                                                            \
        for (size_t k = 0; k < used; k++) dot[k] -= (mean[k] - (T)mean[k]) * sum[k];                                 \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void ct_column_sums_##suffix(size_t rows, size_t width, size_t step, size_t readable, const void *x,   \
                                           const void *dy, const double *mean, double *sum, double *dot) {           \
        enum { L = LANES_##suffix };                                                                                 \
        EACH_STRIP(width, sums_strip_##suffix(vectors, n, rows, step, readable - j, (const T *)x + j,                \
                                              (const T *)dy + j, mean + j, sum + j, dot + j));                       \
    }                                                                                                                \
                                                                                                                     \
    CT_INLINE void gradient_strip_##suffix(size_t vectors, size_t n, size_t rows, size_t step, size_t readable,      \
                                           const T *x, const T *dy, const double *mean, const double *a_,            \
                                           const double *b_, const double *c_, T *dx) {                              \
        const size_t used = (vectors - 1) * LANES_##suffix + n;                                                      \
        vector_##suffix centre[WIDE], a[WIDE], b[WIDE], c[WIDE], v[WIDE], w[WIDE];                                   \
        convert_##suffix(used, mean, centre);                                                                        \
        convert_##suffix(used, a_, a);                                                                               \
        convert_##suffix(used, b_, b);                                                                               \
        corrected_##suffix(used, mean, b_, c_, c);                                                                   \
        for (size_t r = 0; r < rows; r++) {                                                                          \
            load_strip_##suffix(vectors, n, readable - r * step, x + r * step, v);                                   \
            load_strip_##suffix(vectors, n, readable - r * step, dy + r * step, w);                                  \
            for (size_t k = 0; k < vectors; k++) v[k] = ((v[k] - centre[k]) * b[k] + c[k]) + w[k] * a[k];            \
            store_strip_##suffix(vectors, n, v, dx + r * step);                                                      \
        }                                                                                                            \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void ct_column_gradient_##suffix(size_t rows, size_t width, size_t step, size_t readable,              \
                                               const void *x, const void *dy, const double *mean, const double *a,   \
                                               const double *b, const double *c, void *dx) {                         \
        enum { L = LANES_##suffix };                                                                                 \
        EACH_STRIP(width, gradient_strip_##suffix(vectors, n, rows, step, readable - j, (const T *)x + j,            \
                                                  (const T *)dy + j, mean + j, a + j, b + j, c + j, (T *)dx + j));   \
    }

DEFINE_COLUMNS(f32, float)
DEFINE_COLUMNS(f64, double)
