#include "clones.h"
#include "ct_elementwise.h"

#define LOOP(T, left, right, expression) \
    CT_VECTORISE                         \
    for (size_t i = 0; i < n; i++) {     \
        const T u = left, v = right;     \
        y[i] = expression;               \
    }

// As BINARY in arithmetic.c, with results of one byte.
#define COMPARE(name, suffix, T, expression)                                                                        \
    CT_CLONES void ct_##name##_##suffix(size_t n, const T *a, ptrdiff_t sa, const T *b, ptrdiff_t sb, uint8_t *y) { \
        if (n == 0) return;                                                                                         \
        const T a0 = a[0], b0 = b[0];                                                                               \
        if (sa == 1 && sb == 1) {                                                                                   \
            LOOP(T, a[i], b[i], expression)                                                                         \
        } else if (sa == 1 && sb == 0) {                                                                            \
            LOOP(T, a[i], b0, expression)                                                                           \
        } else if (sa == 0 && sb == 1) {                                                                            \
            LOOP(T, a0, b[i], expression)                                                                           \
        } else if (sa == 0 && sb == 0) {                                                                            \
            LOOP(T, a0, b0, expression)                                                                             \
        } else {                                                                                                    \
            for (size_t i = 0; i < n; i++) {                                                                        \
                const T u = a[(ptrdiff_t)i * sa], v = b[(ptrdiff_t)i * sb];                                         \
                y[i] = expression;                                                                                  \
            }                                                                                                       \
        }                                                                                                           \
    }

#define COMPARE_ALL(suffix, T)                   \
    COMPARE(equal, suffix, T, u == v)            \
    COMPARE(not_equal, suffix, T, u != v)        \
    COMPARE(less, suffix, T, u < v)              \
    COMPARE(less_equal, suffix, T, u <= v)       \
    COMPARE(greater, suffix, T, u > v)           \
    COMPARE(greater_equal, suffix, T, u >= v)
COMPARE_ALL(f32, float)
COMPARE_ALL(f64, double)
COMPARE_ALL(i64, int64_t)
COMPARE_ALL(u8, uint8_t)

// Any byte but 0 counts as true. & and | rather than && and ||: no branches.
COMPARE(logical_and, u8, uint8_t, (u != 0) & (v != 0))
COMPARE(logical_or, u8, uint8_t, (u | v) != 0)
COMPARE(logical_xor, u8, uint8_t, (u != 0) ^ (v != 0))

CT_CLONES void ct_logical_not_u8(size_t n, const uint8_t *x, uint8_t *y) {
    CT_VECTORISE
    for (size_t i = 0; i < n; i++) y[i] = x[i] == 0;
}

// Both values are read whatever the condition says, so that the choice is a blend and not a branch.
#define WHERE_LOOP(T, left, right)                   \
    {                                                \
        CT_VECTORISE                                 \
        for (size_t i = 0; i < n; i++) {             \
            const T u = left, v = right;             \
            y[i] = condition[i] != 0 ? u : v;        \
        }                                            \
    }

#define WHERE(suffix, T)                                                                                            \
    CT_CLONES void ct_where_##suffix(size_t n, const uint8_t *condition, ptrdiff_t sc, const T *a, ptrdiff_t sa,    \
                                     const T *b, ptrdiff_t sb, T *y) {                                              \
        if (n == 0) return;                                                                                         \
        const T a0 = a[0], b0 = b[0];                                                                               \
        const uint8_t c0 = condition[0];                                                                            \
        if (sc == 1 && sa == 1 && sb == 1) WHERE_LOOP(T, a[i], b[i])                                                \
        else if (sc == 1 && sa == 1 && sb == 0) WHERE_LOOP(T, a[i], b0)                                             \
        else if (sc == 1 && sa == 0 && sb == 1) WHERE_LOOP(T, a0, b[i])                                             \
        else if (sc == 1 && sa == 0 && sb == 0) WHERE_LOOP(T, a0, b0)                                               \
        else {                                                                                                      \
            for (size_t i = 0; i < n; i++) {                                                                        \
                ptrdiff_t k = (ptrdiff_t)i;                                                                         \
                uint8_t c = sc == 0 ? c0 : condition[k * sc];                                                       \
                T u = sa == 0 ? a0 : a[k * sa], v = sb == 0 ? b0 : b[k * sb];                                       \
                y[i] = c != 0 ? u : v;                                                                              \
            }                                                                                                       \
        }                                                                                                           \
    }
WHERE(f32, float)
WHERE(f64, double)
WHERE(i64, int64_t)
WHERE(u8, uint8_t)
