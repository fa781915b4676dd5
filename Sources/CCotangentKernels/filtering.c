#include "ct_filtering.h"
#include "clones.h"
#include <string.h>

// Linear filters of one plane.
//
// A value is the sum of the kernel's taps in the order of memory, each a fused multiply-add where the CPU has one:
// neither its place in a row nor the cut of the plane changes a bit of it.
#pragma clang fp contract(fast)

enum { LANES_f32 = 16, LANES_f64 = 8, BLOCK = 4 };
typedef float vector_f32 __attribute__((vector_size(64)));
typedef double vector_f64 __attribute__((vector_size(64)));

#define DEFINE_FILTERS(suffix, T)                                                                                    \
    /* `count` vectors of a row of y: the taps' shifted rows summed in registers */                                  \
    CT_INLINE void taps_##suffix(size_t count, size_t kernel_rows, size_t kernel_columns, const T *k, const T *x,    \
                                 size_t ldx, T *y) {                                                                 \
        vector_##suffix sums[BLOCK] = {{0}}, v;                                                                      \
        for (size_t i = 0; i < kernel_rows; i++)                                                                     \
            for (size_t j = 0; j < kernel_columns; j++) {                                                            \
                const T tap = k[i * kernel_columns + j];                                                             \
                const T *row = x + i * ldx + j;                                                                      \
                _Pragma("clang loop unroll(full)") for (size_t b = 0; b < count; b++) {                              \
                    memcpy(&v, row + b * LANES_##suffix, sizeof v);                                                  \
                    sums[b] += v * tap;                                                                              \
                }                                                                                                    \
            }                                                                                                        \
        _Pragma("clang loop unroll(full)") for (size_t b = 0; b < count; b++)                                        \
            memcpy(y + b * LANES_##suffix, &sums[b], sizeof v);                                                      \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void ct_correlate_##suffix(size_t rows, size_t columns, size_t kernel_rows, size_t kernel_columns,     \
                                         const T *k, const T *x, size_t ldx, T *y, size_t ldy) {                     \
        const size_t lanes = LANES_##suffix;                                                                         \
        for (size_t m = 0; m < rows; m++, x += ldx, y += ldy) {                                                      \
            size_t n = 0;                                                                                            \
            for (; n + BLOCK * lanes <= columns; n += BLOCK * lanes)                                                 \
                taps_##suffix(BLOCK, kernel_rows, kernel_columns, k, x + n, ldx, y + n);                             \
            for (; n + lanes <= columns; n += lanes)                                                                 \
                taps_##suffix(1, kernel_rows, kernel_columns, k, x + n, ldx, y + n);                                 \
            if (n == columns) continue;                                                                              \
            /* the last vector of a row ends with it, and writes some values anew */                                 \
            if (columns >= lanes) {                                                                                  \
                n = columns - lanes;                                                                                 \
                taps_##suffix(1, kernel_rows, kernel_columns, k, x + n, ldx, y + n);                                 \
                continue;                                                                                            \
            }                                                                                                        \
            for (; n < columns; n++) {                                                                               \
                T sum = 0;                                                                                           \
                for (size_t i = 0; i < kernel_rows; i++)                                                             \
                    for (size_t j = 0; j < kernel_columns; j++)                                                      \
                        sum += x[i * ldx + n + j] * k[i * kernel_columns + j];                                       \
                y[n] = sum;                                                                                          \
            }                                                                                                        \
        }                                                                                                            \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void ct_match_##suffix(size_t rows, size_t columns, const T *x, size_t ldx, const T *y, size_t ldy,    \
                                     T *total) {                                                                     \
        const size_t lanes = LANES_##suffix;                                                                         \
        double all = 0;                                                                                              \
        for (size_t m = 0; m < rows; m++, x += ldx, y += ldy) {                                                      \
            vector_##suffix s = {0}, t = {0}, a, b, c, d;                                                            \
            size_t n = 0;                                                                                            \
            for (; n + 2 * lanes <= columns; n += 2 * lanes) {                                                       \
                memcpy(&a, x + n, sizeof a);                                                                         \
                memcpy(&b, y + n, sizeof b);                                                                         \
                memcpy(&c, x + n + lanes, sizeof c);                                                                 \
                memcpy(&d, y + n + lanes, sizeof d);                                                                 \
                s += a * b;                                                                                          \
                t += c * d;                                                                                          \
            }                                                                                                        \
            T sum = 0, l[LANES_##suffix];                                                                            \
            for (; n < columns; n++) sum += x[n] * y[n];                                                             \
            s += t;                                                                                                  \
            memcpy(l, &s, sizeof l);                                                                                 \
            for (size_t width = lanes / 2; width > 0; width /= 2)                                                    \
                for (size_t i = 0; i < width; i++) l[i] += l[i + width];                                             \
            all += (double)(l[0] + sum);                                                                             \
        }                                                                                                            \
        *total = (T)all;                                                                                             \
    }                                                                                                                \
                                                                                                                     \
    void ct_extend_##suffix(size_t rows, const ptrdiff_t *row_map, size_t left, const ptrdiff_t *left_map,           \
                            size_t middle, size_t start, size_t right, const ptrdiff_t *right_map, size_t width,     \
                            const T *x, T *y) {                                                                      \
        for (size_t m = 0; m < rows; m++, y += left + middle + right) {                                              \
            if (row_map[m] < 0) {                                                                                    \
                memset(y, 0, (left + middle + right) * sizeof(T));                                                   \
                continue;                                                                                            \
            }                                                                                                        \
            const T *row = x + (size_t)row_map[m] * width;                                                           \
            T *behind = y + left + middle;                                                                           \
            for (size_t n = 0; n < left; n++) y[n] = left_map[n] < 0 ? 0 : row[left_map[n]];                         \
            memcpy(y + left, row + start, middle * sizeof(T));                                                       \
            for (size_t n = 0; n < right; n++) behind[n] = right_map[n] < 0 ? 0 : row[right_map[n]];                 \
        }                                                                                                            \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void ct_fold_##suffix(size_t rows, const ptrdiff_t *row_map, size_t left, const ptrdiff_t *left_map,   \
                                    size_t middle, size_t start, size_t right, const ptrdiff_t *right_map,           \
                                    size_t width, const T *y, T *x) {                                                \
        for (size_t m = 0; m < rows; m++, y += left + middle + right) {                                              \
            if (row_map[m] < 0) continue;                                                                            \
            T *row = x + (size_t)row_map[m] * width;                                                                 \
            const T *behind = y + left + middle;                                                                     \
            { /* Only here: what the margins are added to lies inside as well. */                                    \
                T *restrict inside = row + start;                                                                    \
                for (size_t n = 0; n < middle; n++) inside[n] += y[left + n];                                        \
            }                                                                                                        \
            for (size_t n = 0; n < left; n++)                                                                        \
                if (left_map[n] >= 0) row[left_map[n]] += y[n];                                                      \
            for (size_t n = 0; n < right; n++)                                                                       \
                if (right_map[n] >= 0) row[right_map[n]] += behind[n];                                               \
        }                                                                                                            \
    }

DEFINE_FILTERS(f32, float)
DEFINE_FILTERS(f64, double)
