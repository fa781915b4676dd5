#include "ct_movement.h"
#include "clones.h"
#include "transposition.h"
#include <string.h>

// Strided views to contiguous memory and back.
//
// Axes of length 1 go, neighbours that continue each other merge. Of what is left, the last axis (contiguous on the
// packed side) and one partner make a plane that is moved at once; the others are counted through. The partner is an
// axis of stride 1 where the last is not, so that planes that swap axes move as tiles of a cache line a side.

// An axis that is left has at least two places: there are fewer than 64 of them.
enum { MOST_AXES = 64 };

typedef struct {
    size_t rank;
    size_t shape[MOST_AXES];
    ptrdiff_t strided[MOST_AXES];
    size_t packed[MOST_AXES];
} layout;

// 0 if there is nothing to move.
static int collapse(size_t rank, const ptrdiff_t *shape, const ptrdiff_t *strides, layout *l) {
    size_t kept = 0;
    for (size_t i = 0; i < rank; i++)
        if (shape[i] == 0) return 0;
    for (size_t i = 0; i < rank; i++) {
        if (shape[i] == 1) continue;
        if (kept > 0 && l->strided[kept - 1] == strides[i] * shape[i]) {
            l->shape[kept - 1] *= (size_t)shape[i];
            l->strided[kept - 1] = strides[i];
        } else {
            l->shape[kept] = (size_t)shape[i];
            l->strided[kept++] = strides[i];
        }
    }
    if (kept == 0) {
        l->shape[0] = 1;
        l->strided[0] = 1;
        kept = 1;
    }
    size_t step = 1;
    for (size_t i = kept; i-- > 0; step *= l->shape[i]) l->packed[i] = step;
    l->rank = kept;

    // The partner comes next to last.
    if (kept > 2 && l->strided[kept - 1] != 1 && l->strided[kept - 1] != 0) {
        size_t partner = kept - 2;
        for (size_t i = 0; i + 1 < kept; i++)
            if (l->strided[i] == 1) partner = i;
        size_t n = l->shape[partner], p = l->packed[partner];
        ptrdiff_t s = l->strided[partner];
        for (size_t i = partner; i + 2 < kept; i++) {
            l->shape[i] = l->shape[i + 1];
            l->packed[i] = l->packed[i + 1];
            l->strided[i] = l->strided[i + 1];
        }
        l->shape[kept - 2] = n;
        l->packed[kept - 2] = p;
        l->strided[kept - 2] = s;
    }
    return 1;
}

// On to the next place of all axes but the last two; 0 after the last.
static int advance(const layout *l, size_t *index, ptrdiff_t *strided, size_t *packed) {
    for (size_t i = l->rank < 2 ? 0 : l->rank - 2; i-- > 0;) {
        *strided += l->strided[i];
        *packed += l->packed[i];
        if (++index[i] < l->shape[i]) return 1;
        *strided -= l->strided[i] * (ptrdiff_t)l->shape[i];
        *packed -= l->packed[i] * l->shape[i];
        index[i] = 0;
    }
    return 0;
}

#define DEFINE_MOVES(T, N)                                                                                           \
    /* y[j][i] = x[i][j] for a tile of N × N */                                                                      \
    CT_INLINE void tile_##T(const T *x, ptrdiff_t ldx, T *y, ptrdiff_t ldy) {                                        \
        typedef T lanes __attribute__((vector_size(N * sizeof(T))));                                                 \
        lanes r[N];                                                                                                  \
        _Pragma("clang loop unroll(full)") for (ptrdiff_t i = 0; i < N; i++)                                         \
            memcpy(&r[i], x + i * ldx, sizeof r[i]);                                                                 \
        SWAP_STEPS##N                                                                                                \
        _Pragma("clang loop unroll(full)") for (ptrdiff_t i = 0; i < N; i++)                                         \
            memcpy(y + i * ldy, &r[i], sizeof r[i]);                                                                 \
    }                                                                                                                \
                                                                                                                     \
    CT_INLINE void transpose_##T(size_t rows, size_t columns, const T *x, ptrdiff_t ldx, T *y, ptrdiff_t ldy) {      \
        ptrdiff_t m = (ptrdiff_t)rows, n = (ptrdiff_t)columns, whole_m = m - m % N, whole_n = n - n % N;             \
        /* bands of 64 rows: a band's pages fit the first-level TLB */                                               \
        for (ptrdiff_t band = 0; band < whole_m; band += 64)                                                         \
            for (ptrdiff_t j = 0; j < whole_n; j += N)                                                               \
                for (ptrdiff_t i = band; i < band + 64 && i < whole_m; i += N)                                       \
                    tile_##T(x + i * ldx + j, ldx, y + j * ldy + i, ldy);                                            \
        for (ptrdiff_t i = 0; i < whole_m; i++)                                                                      \
            for (ptrdiff_t j = whole_n; j < n; j++) y[j * ldy + i] = x[i * ldx + j];                                 \
        for (ptrdiff_t j = 0; j < n; j++)                                                                            \
            for (ptrdiff_t i = whole_m; i < m; i++) y[j * ldy + i] = x[i * ldx + j];                                 \
    }                                                                                                                \
                                                                                                                     \
    CT_INLINE void copy_plane_##T(size_t m, size_t n, ptrdiff_t sm, ptrdiff_t sn, const T *x, T *y, size_t ldy) {    \
        if (sm == 1 && sn != 1 && sn != 0) {                                                                         \
            transpose_##T(n, m, x, sn, y, (ptrdiff_t)ldy);                                                           \
            return;                                                                                                  \
        }                                                                                                            \
        for (size_t i = 0; i < m; i++, x += sm, y += ldy) {                                                          \
            if (sn == 1 && n >= 8) memcpy(y, x, n * sizeof(T));                                                      \
            else if (sn == 0) for (size_t j = 0; j < n; j++) y[j] = *x;                                              \
            else if (sn == -1) for (size_t j = 0; j < n; j++) y[j] = x[-(ptrdiff_t)j];                               \
            else for (size_t j = 0; j < n; j++) y[j] = x[(ptrdiff_t)j * sn];                                         \
        }                                                                                                            \
    }                                                                                                                \
                                                                                                                     \
    CT_INLINE void scatter_plane_##T(size_t m, size_t n, ptrdiff_t sm, ptrdiff_t sn, const T *x, size_t ldx, T *y) { \
        if (sm == 1 && sn != 1) {                                                                                    \
            transpose_##T(m, n, x, (ptrdiff_t)ldx, y, sn);                                                           \
            return;                                                                                                  \
        }                                                                                                            \
        for (size_t i = 0; i < m; i++, x += ldx, y += sm) {                                                          \
            if (sn == 1 && n >= 8) memcpy(y, x, n * sizeof(T));                                                      \
            else if (sn == -1) for (size_t j = 0; j < n; j++) y[-(ptrdiff_t)j] = x[j];                               \
            else for (size_t j = 0; j < n; j++) y[(ptrdiff_t)j * sn] = x[j];                                         \
        }                                                                                                            \
    }                                                                                                                \
                                                                                                                     \
    CT_INLINE void move_##T(const layout *l, int scatter, const T *x, T *y) {                                        \
        size_t k = l->rank - 1, index[MOST_AXES] = {0}, packed = 0;                                                  \
        ptrdiff_t strided = 0;                                                                                       \
        size_t m = k > 0 ? l->shape[k - 1] : 1, lead = k > 0 ? l->packed[k - 1] : 0;                                 \
        ptrdiff_t sm = k > 0 ? l->strided[k - 1] : 0;                                                                \
        do {                                                                                                         \
            if (scatter) scatter_plane_##T(m, l->shape[k], sm, l->strided[k], x + packed, lead, y + strided);        \
            else copy_plane_##T(m, l->shape[k], sm, l->strided[k], x + strided, y + packed, lead);                   \
        } while (advance(l, index, &strided, &packed));                                                              \
    }

DEFINE_MOVES(uint8_t, 16)
DEFINE_MOVES(uint32_t, 16)
DEFINE_MOVES(uint64_t, 8)

#define DEFINE_COPY(name, scatter)                                                                            \
    CT_CLONES void name(size_t element_size, size_t rank, const ptrdiff_t *shape, const ptrdiff_t *strides,   \
                        const void *x, void *y) {                                                             \
        layout l;                                                                                             \
        if (!collapse(rank, shape, strides, &l)) return;                                                      \
        switch (element_size) {                                                                               \
        case 1: move_uint8_t(&l, scatter, x, y); break;                                                       \
        case 4: move_uint32_t(&l, scatter, x, y); break;                                                      \
        case 8: move_uint64_t(&l, scatter, x, y); break;                                                      \
        default: __builtin_trap();                                                                            \
        }                                                                                                     \
    }

DEFINE_COPY(ct_copy_strided, 0)
DEFINE_COPY(ct_scatter_strided, 1)
