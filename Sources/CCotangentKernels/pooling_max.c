#include "pooling.h"
#include <math.h>

// Max pooling of any geometry.
//
// Outputs are computed N side by side where their windows lie inside of the row, one place of the window after the
// other; the plain form does the rest. Both go through the places in order: `>` keeps the first of equals, and a NaN
// always takes the lead.

#define DEFINE_BLOCK(suffix, T, I, N)                                                                                  \
    typedef T values_##suffix##_##N __attribute__((vector_size(N * sizeof(T))));                                       \
    typedef I integers_##suffix##_##N __attribute__((vector_size(N * sizeof(I))));                                     \
    typedef uint8_t bytes_##suffix##_##N __attribute__((vector_size(N)));                                              \
                                                                                                                       \
    CT_INLINE void lead_##suffix##_##N(const values_##suffix##_##N *v, const integers_##suffix##_##N *code,            \
                                       values_##suffix##_##N *best, integers_##suffix##_##N *winner) {                 \
        const integers_##suffix##_##N wins = (*v != *v) | (*v > *best);                                                \
        *best = (values_##suffix##_##N)((wins & (integers_##suffix##_##N)*v)                                           \
                                        | (~wins & (integers_##suffix##_##N)*best));                                   \
        *winner = (wins & *code) | (~wins & *winner);                                                                  \
    }                                                                                                                  \
                                                                                                                       \
    /* The winners in one row of windows, the first of which begins at `line`; its first place has code `first`. */    \
    CT_INLINE void line_##suffix##_##N(const ct_pool_window *w, const T *line, I first, values_##suffix##_##N *best,   \
                                       integers_##suffix##_##N *winner) {                                              \
        const size_t width = w->kernel[2], step = w->stride[2], gap = w->dilation[2];                                  \
        integers_##suffix##_##N code = {0};                                                                            \
        code += first;                                                                                                 \
        *winner = code;                                                                                                \
        if (step == 2 && gap == 1 && width > 1) {                                                                      \
            /* Two places at once: every second element of 2 N is one of them, the others the next. */                 \
            for (size_t k = 0; k < width; k += 2) {                                                                    \
                const size_t at = k + 2 <= width ? k : width - 2;                                                      \
                values_##suffix##_##N a, b, even, odd;                                                                 \
                memcpy(&a, line + at, sizeof a);                                                                       \
                memcpy(&b, line + at + N, sizeof b);                                                                   \
                even = __builtin_shufflevector(a, b, EVEN_##N);                                                        \
                odd = __builtin_shufflevector(a, b, ODD_##N);                                                          \
                if (k == 0) *best = even;                                                                              \
                else if (at == k) lead_##suffix##_##N(&even, &code, best, winner);                                     \
                if (at == k) code += 1;                                                                                \
                lead_##suffix##_##N(&odd, &code, best, winner);                                                        \
                code += 1;                                                                                             \
            }                                                                                                          \
        } else {                                                                                                       \
            for (size_t k = 0; k < width; k++, code += 1) {                                                            \
                T picked[N];                                                                                           \
                values_##suffix##_##N v;                                                                               \
                const T *from = line + k * gap;                                                                        \
                if (step != 1) {                                                                                       \
                    for (size_t lane = 0; lane < N; lane++) picked[lane] = from[lane * step];                          \
                    from = picked;                                                                                     \
                }                                                                                                      \
                memcpy(&v, from, sizeof v);                                                                            \
                if (k == 0) *best = v;                                                                                 \
                else lead_##suffix##_##N(&v, &code, best, winner);                                                     \
            }                                                                                                          \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    /* The first of the windows begins at x[begin]. Row by row, so that one need not wait for the other. */            \
    CT_INLINE void block_##suffix##_##N(const ct_pool_window *w, ct_places d, ct_places h, ptrdiff_t begin,            \
                                        const T *x, T *y, uint8_t *codes) {                                            \
        values_##suffix##_##N v, best = {0};                                                                           \
        integers_##suffix##_##N code, winner = {0};                                                                    \
        best -= INFINITY;                                                                                              \
        winner += (I)((d.first * w->kernel[1] + h.first) * w->kernel[2]);                                              \
        for (size_t i = d.first; i < d.end; i++)                                                                       \
            for (size_t j = h.first; j < h.end; j++) {                                                                 \
                const T *line = x + (begin + offset_of_row(w, i, j));                                                  \
                line_##suffix##_##N(w, line, (I)((i * w->kernel[1] + j) * w->kernel[2]), &v, &code);                   \
                lead_##suffix##_##N(&v, &code, &best, &winner);                                                        \
            }                                                                                                          \
        memcpy(y, &best, sizeof best);                                                                                 \
        if (codes) {                                                                                                   \
            bytes_##suffix##_##N narrow = __builtin_convertvector(winner, bytes_##suffix##_##N);                       \
            memcpy(codes, &narrow, sizeof narrow);                                                                     \
        }                                                                                                              \
    }

#define BLOCKS(suffix, N)                                                                                              \
    EACH_BLOCK(N, low, high, o,                                                                                        \
               block_##suffix##_##N(w, d, h, start + (ptrdiff_t)(o * w->stride[2]), x, y + o, codes ? codes + o : 0))

#define DEFINE_MAX_POOL(suffix, T, I, LONG, HALF, SHORT)                                                               \
    DEFINE_BLOCK(suffix, T, I, LONG)                                                                                   \
    DEFINE_BLOCK(suffix, T, I, HALF)                                                                                   \
    DEFINE_BLOCK(suffix, T, I, SHORT)                                                                                  \
                                                                                                                       \
    /* The plain form, for one window: returns the winner. */                                                          \
    CT_INLINE size_t window_##suffix(const ct_pool_window *w, ct_places d, ct_places h, ct_places k, ptrdiff_t begin,  \
                                     const T *x, T *y) {                                                               \
        const size_t *kernel = w->kernel;                                                                              \
        size_t winner = (d.first * kernel[1] + h.first) * kernel[2] + k.first;                                         \
        T best = -INFINITY;                                                                                            \
        for (size_t i = d.first; i < d.end; i++)                                                                       \
            for (size_t j = h.first; j < h.end; j++)                                                                   \
                for (size_t l = k.first; l < k.end; l++) {                                                             \
                    const T v = x[begin + offset_of_row(w, i, j) + (ptrdiff_t)(l * w->dilation[2])];                   \
                    const int wins = (v > best) | (v != v);                                                            \
                    best = wins ? v : best;                                                                            \
                    winner = wins ? (i * kernel[1] + j) * kernel[2] + l : winner;                                      \
                }                                                                                                      \
        *y = best;                                                                                                     \
        return winner;                                                                                                 \
    }                                                                                                                  \
                                                                                                                       \
    CT_INLINE void windows_##suffix(const ct_pool_window *w, ct_places d, ct_places h, ptrdiff_t start, size_t low,    \
                                    size_t high, const T *x, T *y, uint8_t *codes, int64_t *positions) {               \
        for (size_t o = low; o < high; o++) {                                                                          \
            const ptrdiff_t begin = start + (ptrdiff_t)(o * w->stride[2]);                                             \
            const size_t winner = window_##suffix(w, d, h, places(w, 2, o), begin, x, y + o);                          \
            if (codes) codes[o] = (uint8_t)winner;                                                                     \
            if (positions) positions[o] = begin + offset_of(w, winner);                                                \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    /* A row of the output. */                                                                                         \
    CT_INLINE void row_##suffix(const ct_pool_window *w, ct_places d, ct_places h, ptrdiff_t start, ct_places whole,   \
                                const T *x, T *y, uint8_t *codes, int64_t *positions) {                                \
        const size_t n = w->output[2], low = whole.first, high = whole.end;                                            \
        if (positions || high < low + SHORT) {                                                                         \
            windows_##suffix(w, d, h, start, 0, n, x, y, codes, positions);                                            \
            return;                                                                                                    \
        }                                                                                                              \
        windows_##suffix(w, d, h, start, 0, low, x, y, codes, 0);                                                      \
        if (high >= low + LONG) BLOCKS(suffix, LONG)                                                                   \
        else if (high >= low + HALF) BLOCKS(suffix, HALF)                                                              \
        else BLOCKS(suffix, SHORT)                                                                                     \
        windows_##suffix(w, d, h, start, high, n, x, y, codes, 0);                                                     \
    }                                                                                                                  \
                                                                                                                       \
    CT_CLONES void ct_max_pool_##suffix(const ct_pool_window *w, size_t planes, const T *x, T *y, uint8_t *codes,      \
                                        int64_t *positions) {                                                          \
        const size_t n = w->output[2];                                                                                 \
        const ct_places whole = whole_windows(w);                                                                      \
        /* The common case with sizes that the compiler knows: 2 × 2 with stride 2, all inside of the input. */        \
        const ct_pool_window square = {{w->input[0], w->input[1], w->input[2]},                                        \
                                       {w->output[0], w->output[1], w->output[2]},                                     \
                                       {1, 2, 2}, {w->stride[0], w->stride[1], 2},                                     \
                                       {w->before[0], w->before[1], w->before[2]},                                     \
                                       {w->after[0], w->after[1], w->after[2]}, {1, 1, 1}};                            \
        const int is_square = volume(w->kernel) == 4 && w->kernel[1] == 2 && w->kernel[2] == 2 && w->stride[2] == 2    \
                           && volume(w->dilation) == 1 && w->before[1] == 0                                            \
                           && (w->output[1] - 1) * w->stride[1] + 2 <= w->input[1];                                    \
        for (size_t plane = 0; plane < planes; plane++, x += volume(w->input))                                         \
            for (size_t d = 0; d < w->output[0]; d++)                                                                  \
                for (size_t h = 0; h < w->output[1]; h++) {                                                            \
                    const ct_places in_d = places(w, 0, d), in_h = places(w, 1, h);                                    \
                    const ptrdiff_t start = beginning_of_row(w, d, h);                                                 \
                    if (is_square)                                                                                     \
                        row_##suffix(&square, (ct_places){0, 1}, (ct_places){0, 2}, start, whole, x, y, codes,         \
                                     positions);                                                                       \
                    else row_##suffix(w, in_d, in_h, start, whole, x, y, codes, positions);                            \
                    y += n;                                                                                            \
                    codes += codes ? n : 0;                                                                            \
                    positions += positions ? n : 0;                                                                    \
                }                                                                                                      \
    }

DEFINE_MAX_POOL(f32, float, int32_t, 16, 8, 4)
DEFINE_MAX_POOL(f64, double, int64_t, 8, 4, 2)
