#include "ct_reductions.h"
#include "clones.h"
#include <string.h>

// Largest and smallest values of the middle axis of x[outer][n][inner], and where they first stand.
//
// `v BEATS m || v != v` is a NaN's way to win: once m is NaN, no comparison with it holds, so it stays (another NaN
// may replace it, which does not show). −0 and +0 are equal: the first of them in the row is the result, and a row's
// lanes have lost the order, so a zero result is looked up again.

enum { LANES = 16, STRIP = 256, BLOCK = 256 };

#define DEFINE_EXTREMUM(name, T, MASK, BEATS)                                                                        \
    typedef T name##_vector __attribute__((vector_size(LANES * sizeof(T))));                                         \
    typedef MASK name##_mask __attribute__((vector_size(LANES * sizeof(T))));                                        \
                                                                                                                     \
    CT_INLINE T name##_better(T m, T v) { return ((v BEATS m) | (v != v)) ? v : m; }                                 \
                                                                                                                     \
    CT_INLINE void name##_merge(name##_vector *m, const name##_vector *v) {                                          \
        name##_mask wins = (name##_mask)((*v BEATS *m) | (*v != *v));                                                \
        *m = (name##_vector)((wins & (name##_mask)*v) | (~wins & (name##_mask)*m));                                  \
    }                                                                                                                \
                                                                                                                     \
    /* of n > 0 values; a zero's sign is any that occurs */                                                          \
    CT_INLINE T name##_block(size_t n, const T *x) {                                                                 \
        T best = x[0];                                                                                               \
        if (n < LANES) {                                                                                             \
            for (size_t i = 1; i < n; i++) best = name##_better(best, x[i]);                                         \
            return best;                                                                                             \
        }                                                                                                            \
        name##_vector m0, m1, m2, m3, v;                                                                             \
        memcpy(&m0, x, sizeof m0);                                                                                   \
        m1 = m2 = m3 = m0;                                                                                           \
        size_t i = LANES;                                                                                            \
        for (; i + 4 * LANES <= n; i += 4 * LANES) {                                                                 \
            memcpy(&v, x + i, sizeof v);                                                                             \
            name##_merge(&m0, &v);                                                                                   \
            memcpy(&v, x + i + LANES, sizeof v);                                                                     \
            name##_merge(&m1, &v);                                                                                   \
            memcpy(&v, x + i + 2 * LANES, sizeof v);                                                                 \
            name##_merge(&m2, &v);                                                                                   \
            memcpy(&v, x + i + 3 * LANES, sizeof v);                                                                 \
            name##_merge(&m3, &v);                                                                                   \
        }                                                                                                            \
        for (; i + LANES <= n; i += LANES) {                                                                         \
            memcpy(&v, x + i, sizeof v);                                                                             \
            name##_merge(&m0, &v);                                                                                   \
        }                                                                                                            \
        memcpy(&v, x + n - LANES, sizeof v); /* overlaps values already seen */                                      \
        name##_merge(&m1, &v);                                                                                       \
        name##_merge(&m2, &m3);                                                                                      \
        name##_merge(&m0, &m1);                                                                                      \
        name##_merge(&m0, &m2);                                                                                      \
        T l[LANES];                                                                                                  \
        memcpy(l, &m0, sizeof l);                                                                                    \
        for (size_t width = LANES / 2; width > 0; width /= 2)                                                        \
            for (size_t k = 0; k < width; k++) l[k] = name##_better(l[k], l[k + width]);                             \
        return l[0];                                                                                                 \
    }                                                                                                                \
                                                                                                                     \
    /* where `value`, or a NaN if it is one, first stands; it does */                                                \
    CT_INLINE size_t name##_find(size_t n, const T *x, T value) {                                                    \
        size_t i = 0;                                                                                                \
        if (value != value) {                                                                                        \
            while (x[i] == x[i]) i++;                                                                                \
            return i;                                                                                                \
        }                                                                                                            \
        for (; i + 2 * LANES <= n; i += 2 * LANES) {                                                                 \
            int found = 0;                                                                                           \
            for (size_t k = 0; k < 2 * LANES; k++) found |= x[i + k] == value;                                       \
            if (found) break;                                                                                        \
        }                                                                                                            \
        while (x[i] != value) i++;                                                                                   \
        return i;                                                                                                    \
    }                                                                                                                \
                                                                                                                     \
    CT_INLINE T name##_row(size_t n, const T *x) {                                                                   \
        T best = name##_block(n, x);                                                                                 \
        return best == 0 ? x[name##_find(n, x, best)] : best;                                                        \
    }                                                                                                                \
                                                                                                                     \
    /* blocks, so that the search for the position stays within one */                                               \
    CT_INLINE int64_t name##_position(size_t n, const T *x) {                                                        \
        size_t at = 0, length = n < BLOCK ? n : BLOCK;                                                               \
        T best = name##_block(length, x);                                                                            \
        for (size_t i = BLOCK; i < n && best == best; i += BLOCK) {                                                  \
            size_t left = n - i < BLOCK ? n - i : BLOCK;                                                             \
            T other = name##_block(left, x + i);                                                                     \
            if (other BEATS best || other != other) {                                                                \
                best = other;                                                                                        \
                at = i;                                                                                              \
                length = left;                                                                                       \
            }                                                                                                        \
        }                                                                                                            \
        return (int64_t)(at + name##_find(length, x + at, best));                                                    \
    }                                                                                                                \
                                                                                                                     \
    CT_INLINE void name##_columns(size_t n, size_t width, size_t inner, const T *x, T *restrict y) {                 \
        for (size_t j = 0; j < width; j++) y[j] = x[j];                                                              \
        size_t i = 1;                                                                                                \
        for (; i + 4 <= n; i += 4) {                                                                                 \
            const T *a = x + i * inner, *b = a + inner, *c = b + inner, *d = c + inner;                              \
            for (size_t j = 0; j < width; j++) {                                                                     \
                T m = name##_better(name##_better(y[j], a[j]), b[j]);                                                \
                y[j] = name##_better(name##_better(m, c[j]), d[j]);                                                  \
            }                                                                                                        \
        }                                                                                                            \
        for (; i < n; i++)                                                                                           \
            for (size_t j = 0; j < width; j++) y[j] = name##_better(y[j], x[i * inner + j]);                         \
    }                                                                                                                \
                                                                                                                     \
    CT_INLINE void name##_positions(size_t n, size_t width, size_t inner, const T *x, int64_t *restrict y) {         \
        T best[STRIP];                                                                                               \
        for (size_t j = 0; j < width; j++) {                                                                         \
            best[j] = x[j];                                                                                          \
            y[j] = 0;                                                                                                \
        }                                                                                                            \
        for (size_t i = 1; i < n; i++)                                                                               \
            for (size_t j = 0; j < width; j++) {                                                                     \
                T v = x[i * inner + j], m = best[j];                                                                 \
                int wins = (v BEATS m) | ((v != v) & (m == m));                                                      \
                best[j] = wins ? v : m;                                                                              \
                y[j] = wins ? (int64_t)i : y[j];                                                                     \
            }                                                                                                        \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void ct_##name(size_t outer, size_t n, size_t inner, const T *x, T *y) {                               \
        if (n == 0) return;                                                                                          \
        for (size_t o = 0; o < outer; o++, x += n * inner, y += inner) {                                             \
            if (inner == 1) *y = name##_row(n, x);                                                                   \
            else                                                                                                     \
                for (size_t j = 0; j < inner; j += STRIP)                                                            \
                    name##_columns(n, inner - j < STRIP ? inner - j : STRIP, inner, x + j, y + j);                   \
        }                                                                                                            \
    }                                                                                                                \
                                                                                                                     \
    CT_CLONES void ct_arg##name(size_t outer, size_t n, size_t inner, const T *x, int64_t *y) {                      \
        if (n == 0) return;                                                                                          \
        for (size_t o = 0; o < outer; o++, x += n * inner, y += inner) {                                             \
            if (inner == 1) *y = name##_position(n, x);                                                              \
            else                                                                                                     \
                for (size_t j = 0; j < inner; j += STRIP)                                                            \
                    name##_positions(n, inner - j < STRIP ? inner - j : STRIP, inner, x + j, y + j);                 \
        }                                                                                                            \
    }

DEFINE_EXTREMUM(max_f32, float, int32_t, >)
DEFINE_EXTREMUM(max_f64, double, int64_t, >)
DEFINE_EXTREMUM(max_i64, int64_t, int64_t, >)
DEFINE_EXTREMUM(min_f32, float, int32_t, <)
DEFINE_EXTREMUM(min_f64, double, int64_t, <)
DEFINE_EXTREMUM(min_i64, int64_t, int64_t, <)
