#include "ct_movement.h"
#include "ct_memory.h"
#include <string.h>

// Stable sort of rows. Values become unsigned keys with the same order, and (key, position) pairs are sorted: short
// rows by insertion, longer ones by a radix sort from the lowest byte up that skips bytes which all keys share.
// In a key, −0 and +0 are one, and every NaN is the largest in both directions.

enum { INSERTION = 24 };

// IEEE 754 order as unsigned: negative numbers have all bits flipped, others the sign alone.
static inline uint32_t key_f32(float x, uint32_t flip) {
    if (x != x) return UINT32_MAX;
    uint32_t bits;
    x += 0.0f; // −0 + 0 is +0
    memcpy(&bits, &x, sizeof bits);
    return (bits ^ (bits >> 31 ? UINT32_MAX : UINT32_C(1) << 31)) ^ flip;
}

static inline uint64_t key_f64(double x, uint64_t flip) {
    if (x != x) return UINT64_MAX;
    uint64_t bits;
    x += 0.0;
    memcpy(&bits, &x, sizeof bits);
    return (bits ^ (bits >> 63 ? UINT64_MAX : UINT64_C(1) << 63)) ^ flip;
}

static inline uint64_t key_i64(int64_t x, uint64_t flip) {
    return ((uint64_t)x ^ (UINT64_C(1) << 63)) ^ flip;
}

#define DEFINE_SORT(suffix, T, KEY)                                                                                  \
    typedef struct { KEY key; size_t at; } pair_##suffix;                                                            \
                                                                                                                     \
    /* the sorted pairs are in the array that is returned: p or spare */                                             \
    static pair_##suffix *radix_##suffix(size_t n, pair_##suffix *p, pair_##suffix *spare) {                         \
        enum { BYTES = sizeof(KEY) };                                                                                \
        size_t counts[BYTES][256];                                                                                   \
        memset(counts, 0, sizeof counts);                                                                            \
        for (size_t i = 0; i < n; i++)                                                                               \
            for (int b = 0; b < BYTES; b++) counts[b][p[i].key >> (8 * b) & 255]++;                                  \
        for (int b = 0; b < BYTES; b++) {                                                                            \
            size_t *count = counts[b], start = 0;                                                                    \
            if (count[p[0].key >> (8 * b) & 255] == n) continue;                                                     \
            for (int k = 0; k < 256; k++) {                                                                          \
                size_t c = count[k];                                                                                 \
                count[k] = start;                                                                                    \
                start += c;                                                                                          \
            }                                                                                                        \
            for (size_t i = 0; i < n; i++) spare[count[p[i].key >> (8 * b) & 255]++] = p[i];                         \
            pair_##suffix *t = p;                                                                                    \
            p = spare;                                                                                               \
            spare = t;                                                                                               \
        }                                                                                                            \
        return p;                                                                                                    \
    }                                                                                                                \
                                                                                                                     \
    void ct_sort_##suffix(size_t rows, size_t n, int descending, const T *x, T *values, int64_t *positions) {        \
        if (rows == 0 || n == 0) return;                                                                             \
        KEY flip = descending ? (KEY)-1 : 0;                                                                         \
        pair_##suffix few[INSERTION], *p = few, *sorted = few;                                                       \
        size_t capacity = 0;                                                                                         \
        if (n > INSERTION) p = ct_allocate(2 * n * sizeof *p, &capacity);                                            \
        for (size_t r = 0; r < rows; r++, x += n, values += n, positions += n) {                                     \
            for (size_t i = 0; i < n; i++) p[i] = (pair_##suffix){key_##suffix(x[i], flip), i};                      \
            if (n > INSERTION) {                                                                                     \
                sorted = radix_##suffix(n, p, p + n);                                                                \
            } else {                                                                                                 \
                for (size_t i = 1; i < n; i++) {                                                                     \
                    pair_##suffix moved = p[i];                                                                      \
                    size_t j = i;                                                                                    \
                    for (; j > 0 && p[j - 1].key > moved.key; j--) p[j] = p[j - 1];                                  \
                    p[j] = moved;                                                                                    \
                }                                                                                                    \
            }                                                                                                        \
            for (size_t i = 0; i < n; i++) {                                                                         \
                values[i] = x[sorted[i].at];                                                                         \
                positions[i] = (int64_t)sorted[i].at;                                                                \
            }                                                                                                        \
        }                                                                                                            \
        if (n > INSERTION) ct_free(p, capacity);                                                                     \
    }

DEFINE_SORT(f32, float, uint32_t)
DEFINE_SORT(f64, double, uint64_t)
DEFINE_SORT(i64, int64_t, uint64_t)
