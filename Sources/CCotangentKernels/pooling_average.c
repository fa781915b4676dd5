#include "pooling.h"
#include <stdlib.h>

// Average pooling and its adjoint.
//
// Both go by way of a line as long as the input's rows: the sum of a window's rows, of which the sums along the row are
// taken; and the other way round. Where windows are two wide and cover the input without gap, overlap or padding, as
// 2 × 2 with stride 2 does, vectors of rows are added and then split into even and odd places, or put together of them.

// How many places of window o count.
CT_INLINE size_t count_of(const ct_pool_window *w, int axis, size_t o, int counts_padding) {
    const size_t start = o * w->stride[axis], end = start + w->kernel[axis]; // in the padded input
    const size_t before = w->before[axis], n = w->input[axis];
    if (counts_padding) return least(end, before + n + w->after[axis]) - start;
    return least(end, before + n) - (start > before ? start : before);
}

#define DEFINE_BLOCK(suffix, T, N)                                                                                     \
    typedef T values_##suffix##_##N __attribute__((vector_size(N * sizeof(T))));                                       \
                                                                                                                       \
    CT_INLINE void block_##suffix##_##N(const ct_pool_window *w, int backward, T count, T *x, T *y) {                  \
        values_##suffix##_##N a = {0}, b = {0}, v;                                                                     \
        if (backward) {                                                                                                \
            memcpy(&v, y, sizeof v);                                                                                   \
            v /= count;                                                                                                \
            a = __builtin_shufflevector(v, v, LOWER_##N);                                                              \
            b = __builtin_shufflevector(v, v, UPPER_##N);                                                              \
        }                                                                                                              \
        for (size_t i = 0; i < w->kernel[0]; i++)                                                                      \
            for (size_t j = 0; j < w->kernel[1]; j++) {                                                                \
                T *row = x + offset_of_row(w, i, j);                                                                   \
                if (backward) {                                                                                        \
                    memcpy(row, &a, sizeof a);                                                                         \
                    memcpy(row + N, &b, sizeof b);                                                                     \
                } else {                                                                                               \
                    memcpy(&v, row, sizeof v);                                                                         \
                    a += v;                                                                                            \
                    memcpy(&v, row + N, sizeof v);                                                                     \
                    b += v;                                                                                            \
                }                                                                                                      \
            }                                                                                                          \
        if (backward) return;                                                                                          \
        v = (__builtin_shufflevector(a, b, EVEN_##N) + __builtin_shufflevector(a, b, ODD_##N)) / count;                \
        memcpy(y, &v, sizeof v);                                                                                       \
    }

#define BLOCKS(suffix, N) EACH_BLOCK(N, 0, n, o, block_##suffix##_##N(w, backward, count, row + 2 * o, y + o))

#define DEFINE_AVERAGE(suffix, T, LONG, HALF, SHORT)                                                                   \
    DEFINE_BLOCK(suffix, T, LONG)                                                                                      \
    DEFINE_BLOCK(suffix, T, HALF)                                                                                      \
    DEFINE_BLOCK(suffix, T, SHORT)                                                                                     \
                                                                                                                       \
    CT_INLINE void pairs_##suffix(const ct_pool_window *w, double divisor, size_t planes, int backward, T *x, T *y) {  \
        const size_t n = w->output[2], width = w->input[2], slice = w->input[1] * width;                               \
        const T count = divisor != 0 ? (T)divisor : (T)volume(w->kernel);                                              \
        for (size_t plane = 0; plane < planes; plane++, x += w->input[0] * slice) {                                    \
            for (size_t d = 0; d < w->output[0]; d++)                                                                  \
                for (size_t h = 0; h < w->output[1]; h++, y += n) {                                                    \
                    T *row = x + d * w->kernel[0] * slice + h * w->kernel[1] * width;                                  \
                    if (n >= LONG) BLOCKS(suffix, LONG)                                                                \
                    else if (n >= HALF) BLOCKS(suffix, HALF)                                                           \
                    else BLOCKS(suffix, SHORT)                                                                         \
                }                                                                                                      \
            if (backward) clear_rest(w, sizeof(T), x);                                                                 \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    CT_INLINE void gather_##suffix(size_t n, size_t step, const T *line, T *restrict y) {                              \
        for (size_t o = 0; o < n; o++) y[o] += line[o * step];                                                         \
    }                                                                                                                  \
                                                                                                                       \
    CT_INLINE void scatter_##suffix(size_t n, size_t step, const T *y, T *restrict line) {                             \
        for (size_t o = 0; o < n; o++) line[o * step] += y[o];                                                         \
    }                                                                                                                  \
                                                                                                                       \
    /* y[o] += the sum of window o of the line; or backward, that line += y[o]. One place of all windows after the */  \
    /* other, where they lie inside of the line. */                                                                    \
    CT_INLINE void along_##suffix(const ct_pool_window *w, int backward, T *restrict line, T *restrict y) {            \
        const size_t n = w->output[2], step = w->stride[2];                                                            \
        const ct_places whole = whole_windows(w);                                                                      \
        const size_t low = whole.first, high = whole.end;                                                              \
        for (size_t k = 0; k < w->kernel[2] && low < high; k++) {                                                      \
            T *from = line + (beginning(w, 2, low) + (ptrdiff_t)k), *to = y + low;                                     \
            if (step == 1 && backward) scatter_##suffix(high - low, 1, to, from);                                      \
            else if (step == 2 && backward) scatter_##suffix(high - low, 2, to, from);                                 \
            else if (backward) scatter_##suffix(high - low, step, to, from);                                           \
            else if (step == 1) gather_##suffix(high - low, 1, from, to);                                              \
            else if (step == 2) gather_##suffix(high - low, 2, from, to);                                              \
            else gather_##suffix(high - low, step, from, to);                                                          \
        }                                                                                                              \
        for (size_t o = 0; o < n; o++) {                                                                               \
            if (o == low && low < high) o = high;                                                                      \
            if (o == n) break;                                                                                         \
            const ct_places p = places(w, 2, o);                                                                       \
            T *from = line + (beginning(w, 2, o) + (ptrdiff_t)p.first);                                                \
            for (size_t k = p.first; k < p.end; k++, from++) {                                                         \
                if (backward) *from += y[o];                                                                           \
                else y[o] += *from;                                                                                    \
            }                                                                                                          \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    CT_INLINE void pool_##suffix(const ct_pool_window *w, int counts_padding, double divisor, size_t planes,           \
                                 int backward, T *x, T *y) {                                                           \
        if (covers_by_pairs(w) && w->output[2] >= SHORT) {                                                             \
            pairs_##suffix(w, divisor, planes, backward, x, y);                                                        \
            return;                                                                                                    \
        }                                                                                                              \
        const size_t width = w->input[2], n = w->output[2];                                                            \
        T *restrict line = malloc((width + 2 * n) * sizeof(T)), *share = line + width, *counts = share + n;            \
        for (size_t o = 0; o < n; o++)                                                                                 \
            counts[o] = divisor != 0 ? (T)divisor : (T)count_of(w, 2, o, counts_padding);                              \
        for (size_t plane = 0; plane < planes; plane++, x += volume(w->input)) {                                       \
            if (backward) memset(x, 0, volume(w->input) * sizeof(T));                                                  \
            for (size_t d = 0; d < w->output[0]; d++)                                                                  \
                for (size_t h = 0; h < w->output[1]; h++, y += n) {                                                    \
                    const ct_places in_d = places(w, 0, d), in_h = places(w, 1, h);                                    \
                    const ptrdiff_t start = beginning_of_row(w, d, h) - beginning(w, 2, 0);                            \
                    const size_t rows = count_of(w, 0, d, counts_padding) * count_of(w, 1, h, counts_padding);         \
                    const T scale = divisor != 0 ? 1 : (T)rows;                                                        \
                    memset(line, 0, width * sizeof(T));                                                                \
                    if (backward) {                                                                                    \
                        for (size_t o = 0; o < n; o++) share[o] = y[o] / (scale * counts[o]);                          \
                        along_##suffix(w, 1, line, share);                                                             \
                    }                                                                                                  \
                    for (size_t i = in_d.first; i < in_d.end; i++)                                                     \
                        for (size_t j = in_h.first; j < in_h.end; j++) {                                               \
                            T *row = x + (start + offset_of_row(w, i, j));                                             \
                            if (backward) gather_##suffix(width, 1, line, row);                                        \
                            else gather_##suffix(width, 1, row, line);                                                 \
                        }                                                                                              \
                    if (!backward) {                                                                                   \
                        memset(share, 0, n * sizeof(T));                                                               \
                        along_##suffix(w, 0, line, share);                                                             \
                        for (size_t o = 0; o < n; o++) y[o] = share[o] / (scale * counts[o]);                          \
                    }                                                                                                  \
                }                                                                                                      \
        }                                                                                                              \
        free(line);                                                                                                    \
    }                                                                                                                  \
                                                                                                                       \
    CT_CLONES void ct_average_pool_##suffix(const ct_pool_window *w, int counts_padding, double divisor,               \
                                            size_t planes, const T *x, T *y) {                                         \
        pool_##suffix(w, counts_padding, divisor, planes, 0, (T *)x, y);                                               \
    }                                                                                                                  \
                                                                                                                       \
    CT_CLONES void ct_average_pool_gradient_##suffix(const ct_pool_window *w, int counts_padding, double divisor,      \
                                                     size_t planes, const T *dy, T *dx) {                              \
        pool_##suffix(w, counts_padding, divisor, planes, 1, dx, (T *)dy);                                             \
    }

DEFINE_AVERAGE(f32, float, 16, 8, 4)
DEFINE_AVERAGE(f64, double, 8, 4, 2)
