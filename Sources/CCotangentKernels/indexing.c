#include "ct_movement.h"
#include "clones.h"
#include <string.h>

// Picking by index, its transpose (adding where it was picked), and fills. Several indices may name one place, so
// additions run in the order of x.

#define DEFINE_TAKE(T)                                                                                               \
    static void take_##T(size_t outer, size_t n, size_t count, size_t slice, const int64_t *indices, const T *x,     \
                         T *y) {                                                                                     \
        for (size_t o = 0; o < outer; o++, x += n * slice, y += count * slice)                                       \
            for (size_t i = 0; i < count; i++) {                                                                     \
                const T *from = x + (size_t)indices[i] * slice;                                                      \
                if (slice == 1) y[i] = *from;                                                                        \
                else memcpy(y + i * slice, from, slice * sizeof(T));                                                 \
            }                                                                                                        \
    }                                                                                                                \
    static void gather_##T(size_t outer, size_t n, size_t count, size_t inner, const int64_t *indices, const T *x,   \
                           T *y) {                                                                                   \
        for (size_t o = 0; o < outer; o++, x += n * inner)                                                           \
            for (size_t i = 0; i < count; i++, indices += inner, y += inner)                                         \
                for (size_t k = 0; k < inner; k++) y[k] = x[(size_t)indices[k] * inner + k];                         \
    }
DEFINE_TAKE(uint8_t)
DEFINE_TAKE(uint32_t)
DEFINE_TAKE(uint64_t)

void ct_take(size_t element_size, size_t outer, size_t n, size_t count, size_t slice, const int64_t *indices,
             const void *x, void *y) {
    switch (element_size) {
    case 1: take_uint8_t(outer, n, count, slice, indices, x, y); break;
    case 4: take_uint32_t(outer, n, count, slice, indices, x, y); break;
    case 8: take_uint64_t(outer, n, count, slice, indices, x, y); break;
    default: __builtin_trap();
    }
}

void ct_gather_along(size_t element_size, size_t outer, size_t n, size_t count, size_t inner, const int64_t *indices,
                     const void *x, void *y) {
    switch (element_size) {
    case 1: gather_uint8_t(outer, n, count, inner, indices, x, y); break;
    case 4: gather_uint32_t(outer, n, count, inner, indices, x, y); break;
    case 8: gather_uint64_t(outer, n, count, inner, indices, x, y); break;
    default: __builtin_trap();
    }
}

// T is unsigned for int64, whose sums wrap around.
#define DEFINE_SCATTER_ADD(suffix, S, T)                                                                             \
    CT_CLONES void ct_scatter_add_##suffix(size_t outer, size_t n, size_t count, size_t slice,                       \
                                           const int64_t *indices, const S *x_, S *y_) {                             \
        const T *restrict x = (const T *)x_;                                                                         \
        T *restrict y = (T *)y_;                                                                                     \
        for (size_t o = 0; o < outer; o++, y += n * slice)                                                           \
            for (size_t i = 0; i < count; i++, x += slice) {                                                         \
                T *restrict to = y + (size_t)indices[i] * slice;                                                     \
                for (size_t k = 0; k < slice; k++) to[k] += x[k];                                                    \
            }                                                                                                        \
    }                                                                                                                \
    void ct_scatter_add_along_##suffix(size_t outer, size_t n, size_t count, size_t inner, const int64_t *indices,   \
                                       const S *x_, S *y_) {                                                         \
        const T *x = (const T *)x_;                                                                                  \
        T *y = (T *)y_;                                                                                              \
        for (size_t o = 0; o < outer; o++, y += n * inner)                                                           \
            for (size_t i = 0; i < count; i++, indices += inner, x += inner)                                         \
                for (size_t k = 0; k < inner; k++) y[(size_t)indices[k] * inner + k] += x[k];                        \
    }
DEFINE_SCATTER_ADD(f32, float, float)
DEFINE_SCATTER_ADD(f64, double, double)
DEFINE_SCATTER_ADD(i64, int64_t, uint64_t)

CT_CLONES size_t ct_normalize_indices(size_t count, int64_t n, const int64_t *indices, int64_t *normalized) {
    for (size_t start = 0; start < count;) {
        size_t end = count - start < 512 ? count : start + 512;
        // Before anything is written: `normalized` may be `indices`.
        int64_t outside = 0;
        for (size_t i = start; i < end; i++) outside |= (indices[i] < -n) | (indices[i] >= n);
        if (outside) {
            while (indices[start] >= -n && indices[start] < n) start++;
            return start + 1;
        }
        for (; start < end; start++) normalized[start] = indices[start] + (indices[start] < 0 ? n : 0);
    }
    return 0;
}

#define DEFINE_FILL(suffix, T)                                      \
    CT_CLONES void ct_fill_##suffix(size_t n, T value, T *y) {      \
        for (size_t i = 0; i < n; i++) y[i] = value;                \
    }
DEFINE_FILL(f32, float)
DEFINE_FILL(f64, double)
DEFINE_FILL(i64, int64_t)
