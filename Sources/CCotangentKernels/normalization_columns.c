#include "ct_normalization.h"
#include "moments.h"

// One vector's width of columns at a time, down all rows. Sums are in T over 64 rows, beyond that in double.
#pragma clang fp contract(fast)

enum { ROWS = 64 };

#define DEFINE_COLUMNS(suffix, T)                                                                                    \
    CT_CLONES void ct_column_moments_##suffix(size_t rows, size_t width, size_t step, size_t readable,               \
                                              const void *x_, double *mean, double *squares) {                       \
        enum { L = LANES_##suffix };                                                                                 \
        const T *x = x_;                                                                                             \
        for (size_t j = 0; j < width; j += L) {                                                                      \
            const size_t left = width - j, used = left < L ? left : L;                                               \
            ct_moments all[L] = {{0, 0, 0}};                                                                         \
            for (size_t start = 0; start < rows; start += ROWS) {                                                    \
                const size_t end = rows - start < ROWS ? rows : start + ROWS;                                        \
                const double count = (double)(end - start);                                                          \
                vector_##suffix s = {0}, q = {0}, centre, v;                                                         \
                for (size_t r = start; r < end; r++) {                                                               \
                    load_##suffix(left, readable - (r * step + j), x + r * step + j, 0, &v);                         \
                    s += v;                                                                                          \
                }                                                                                                    \
                centre = s / (T)count;                                                                               \
                s = q;                                                                                               \
                for (size_t r = start; r < end; r++) {                                                               \
                    load_##suffix(left, readable - (r * step + j), x + r * step + j, 0, &v);                         \
                    v -= centre;                                                                                     \
                    s += v;                                                                                          \
                    q += v * v;                                                                                      \
                }                                                                                                    \
                for (size_t k = 0; k < used; k++) {                                                                  \
                    const double sum = s[k];                                                                         \
                    merge(&all[k], count, centre[k] + sum / count, q[k] - sum * (sum / count));                      \
                }                                                                                                    \
            }                                                                                                        \
            for (size_t k = 0; k < used; k++) {                                                                      \
                mean[j + k] = all[k].mean;                                                                           \
                squares[j + k] = all[k].squares;                                                                     \
            }                                                                                                        \
        }                                                                                                            \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void ct_column_affine_##suffix(size_t rows, size_t width, size_t step, size_t readable,                \
                                             const void *x_, const double *mean, const double *scale,                \
                                             const double *shift, void *y_) {                                        \
        enum { L = LANES_##suffix };                                                                                 \
        const T *x = x_;                                                                                             \
        T *y = y_;                                                                                                   \
        for (size_t j = 0; j < width; j += L) {                                                                      \
            const size_t left = width - j;                                                                           \
            vector_##suffix centre = {0}, a = {0}, b = {0}, v;                                                       \
            for (size_t k = 0; k < L && k < left; k++) {                                                             \
                centre[k] = (T)mean[j + k];                                                                          \
                a[k] = (T)scale[j + k];                                                                              \
                b[k] = (T)(shift[j + k] - (mean[j + k] - centre[k]) * scale[j + k]);                                 \
            }                                                                                                        \
            for (size_t r = 0; r < rows; r++) {                                                                      \
                const size_t place = r * step + j;                                                                   \
                load_##suffix(left, readable - place, x + place, 0, &v);                                             \
                v = (v - centre) * a + b;                                                                            \
                store_##suffix(left, &v, y + place);                                                                 \
            }                                                                                                        \
        }                                                                                                            \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void ct_column_sums_##suffix(size_t rows, size_t width, size_t step, size_t readable, const void *x_,  \
                                           const void *dy_, const double *mean, double *sum, double *dot) {          \
        enum { L = LANES_##suffix };                                                                                 \
        const T *x = x_, *dy = dy_;                                                                                  \
        for (size_t j = 0; j < width; j += L) {                                                                      \
            const size_t left = width - j, used = left < L ? left : L;                                               \
            vector_##suffix centre = {0}, v, w;                                                                      \
            for (size_t k = 0; k < used; k++) {                                                                      \
                centre[k] = (T)mean[j + k];                                                                          \
                sum[j + k] = dot[j + k] = 0;                                                                         \
            }                                                                                                        \
            for (size_t start = 0; start < rows; start += ROWS) {                                                    \
                const size_t end = rows - start < ROWS ? rows : start + ROWS;                                        \
                vector_##suffix s = {0}, d = {0};                                                                    \
                for (size_t r = start; r < end; r++) {                                                               \
                    const size_t place = r * step + j;                                                               \
                    load_##suffix(left, readable - place, dy + place, 0, &v);                                        \
                    load_##suffix(left, readable - place, x + place, 0, &w);                                         \
                    s += v;                                                                                          \
                    d += v * (w - centre);                                                                           \
                }                                                                                                    \
                for (size_t k = 0; k < used; k++) {                                                                  \
                    sum[j + k] += s[k];                                                                              \
                    dot[j + k] += d[k];                                                                              \
                }                                                                                                    \
            }                                                                                                        \
            for (size_t k = 0; k < used; k++) dot[j + k] -= (mean[j + k] - centre[k]) * sum[j + k];                  \
        }                                                                                                            \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void ct_column_gradient_##suffix(size_t rows, size_t width, size_t step, size_t readable,              \
                                               const void *x_, const void *dy_, const double *mean,                  \
                                               const double *a_, const double *b_, const double *c_, void *dx_) {    \
        enum { L = LANES_##suffix };                                                                                 \
        const T *x = x_, *dy = dy_;                                                                                  \
        T *dx = dx_;                                                                                                 \
        for (size_t j = 0; j < width; j += L) {                                                                      \
            const size_t left = width - j;                                                                           \
            vector_##suffix centre = {0}, a = {0}, b = {0}, c = {0}, v, w;                                           \
            for (size_t k = 0; k < L && k < left; k++) {                                                             \
                centre[k] = (T)mean[j + k];                                                                          \
                a[k] = (T)a_[j + k];                                                                                 \
                b[k] = (T)b_[j + k];                                                                                 \
                c[k] = (T)(c_[j + k] - (mean[j + k] - centre[k]) * b_[j + k]);                                       \
            }                                                                                                        \
            for (size_t r = 0; r < rows; r++) {                                                                      \
                const size_t place = r * step + j;                                                                   \
                load_##suffix(left, readable - place, x + place, 0, &v);                                             \
                load_##suffix(left, readable - place, dy + place, 0, &w);                                            \
                v = ((v - centre) * b + c) + w * a;                                                                  \
                store_##suffix(left, &v, dx + place);                                                                \
            }                                                                                                        \
        }                                                                                                            \
    }

DEFINE_COLUMNS(f32, float)
DEFINE_COLUMNS(f64, double)
