#include "pooling.h"

// The adjoint of max pooling: cotangents go to the places that have won.
//
// Where windows are two wide and cover the input without gap, overlap or padding, as the common 2×2 with stride 2 does,
// dx is written in one pass: for each row of a window, dy where one of its two places has won and 0 elsewhere.

// How far each of a window's places (at most 256) lies behind its beginning.
CT_INLINE void offsets(const ct_pool_window *w, ptrdiff_t offset[256]) {
    for (size_t code = 0; code < volume(w->kernel); code++) offset[code] = offset_of(w, code);
}

#define DEFINE_BLOCK(suffix, T, I, N)                                                                                  \
    CT_INLINE void block_##suffix##_##N(const ct_pool_window *w, const uint8_t *codes, const T *dy, T *dx) {           \
        typedef I integers __attribute__((vector_size(N * sizeof(I))));                                                \
        typedef uint8_t bytes __attribute__((vector_size(N)));                                                         \
        integers cotangent;                                                                                            \
        bytes narrow;                                                                                                  \
        memcpy(&cotangent, dy, sizeof cotangent);                                                                      \
        memcpy(&narrow, codes, sizeof narrow);                                                                         \
        const integers winner = __builtin_convertvector(narrow, integers);                                             \
        I code = 0;                                                                                                    \
        for (size_t i = 0; i < w->kernel[0]; i++)                                                                      \
            for (size_t j = 0; j < w->kernel[1]; j++, code += 2) {                                                     \
                T *to = dx + offset_of_row(w, i, j);                                                                   \
                const integers even = (winner == code) & cotangent, odd = (winner == code + 1) & cotangent;            \
                const integers a = __builtin_shufflevector(even, odd, LOWER_##N);                                      \
                const integers b = __builtin_shufflevector(even, odd, UPPER_##N);                                      \
                memcpy(to, &a, sizeof a);                                                                              \
                memcpy(to + N, &b, sizeof b);                                                                          \
            }                                                                                                          \
    }

#define BLOCKS(suffix, N) EACH_BLOCK(N, 0, n, o, block_##suffix##_##N(w, codes + o, dy + o, dx + 2 * o))

#define DEFINE_GRADIENT(suffix, T, I, LONG, HALF, SHORT)                                                               \
    DEFINE_BLOCK(suffix, T, I, LONG)                                                                                   \
    DEFINE_BLOCK(suffix, T, I, HALF)                                                                                   \
    DEFINE_BLOCK(suffix, T, I, SHORT)                                                                                  \
                                                                                                                       \
    CT_INLINE void row_##suffix(const ct_pool_window *w, const uint8_t *codes, const T *dy, T *dx) {                   \
        const size_t n = w->output[2];                                                                                 \
        if (n >= LONG) BLOCKS(suffix, LONG)                                                                            \
        else if (n >= HALF) BLOCKS(suffix, HALF)                                                                       \
        else if (n >= SHORT) BLOCKS(suffix, SHORT)                                                                     \
        else                                                                                                           \
            for (size_t o = 0; o < n; o++)                                                                             \
                for (size_t code = 0; code < volume(w->kernel); code++)                                                \
                    dx[offset_of(w, code) + (ptrdiff_t)(2 * o)] = codes[o] == code ? dy[o] : 0;                        \
    }                                                                                                                  \
                                                                                                                       \
    CT_INLINE void pairs_##suffix(const ct_pool_window *w, const uint8_t *codes, const T *dy, T *dx) {                 \
        const size_t *kernel = w->kernel, n = w->output[2], row = w->input[2], slice = w->input[1] * row;              \
        for (size_t d = 0; d < w->output[0]; d++)                                                                      \
            for (size_t h = 0; h < w->output[1]; h++, codes += n, dy += n)                                             \
                row_##suffix(w, codes, dy, dx + d * kernel[0] * slice + h * kernel[1] * row);                          \
        clear_rest(w, sizeof(T), dx);                                                                                  \
    }                                                                                                                  \
                                                                                                                       \
    CT_INLINE void scatter_##suffix(const ct_pool_window *w, const ptrdiff_t offset[256], const uint8_t *codes,        \
                                    const T *dy, T *dx) {                                                              \
        const size_t n = w->output[2], step = w->stride[2];                                                            \
        memset(dx, 0, volume(w->input) * sizeof(T));                                                                   \
        for (size_t d = 0; d < w->output[0]; d++)                                                                      \
            for (size_t h = 0; h < w->output[1]; h++, codes += n, dy += n) {                                           \
                const ptrdiff_t start = beginning_of_row(w, d, h);                                                     \
                for (size_t o = 0; o < n; o++) dx[start + (ptrdiff_t)(o * step) + offset[codes[o]]] += dy[o];          \
            }                                                                                                          \
    }                                                                                                                  \
                                                                                                                       \
    CT_CLONES void ct_max_pool_gradient_##suffix(const ct_pool_window *w, size_t planes, const uint8_t *codes,         \
                                                 const T *dy, T *dx) {                                                 \
        const size_t input = volume(w->input), output = volume(w->output);                                             \
        ptrdiff_t offset[256];                                                                                         \
        offsets(w, offset);                                                                                            \
        ct_pool_window square = *w; /* with a size that the compiler knows */                                          \
        square.kernel[0] = 1, square.kernel[1] = 2, square.kernel[2] = 2;                                              \
        const int is_square = memcmp(&square, w, sizeof square) == 0, pairs = covers_by_pairs(w);                      \
        for (size_t plane = 0; plane < planes; plane++, codes += output, dy += output, dx += input) {                  \
            if (pairs && is_square) pairs_##suffix(&square, codes, dy, dx);                                            \
            else if (pairs) pairs_##suffix(w, codes, dy, dx);                                                          \
            else scatter_##suffix(w, offset, codes, dy, dx);                                                           \
        }                                                                                                              \
    }

DEFINE_GRADIENT(f32, float, int32_t, 16, 8, 4)
DEFINE_GRADIENT(f64, double, int64_t, 8, 4, 2)

void ct_max_pool_positions(const ct_pool_window *w, size_t planes, const uint8_t *codes, int64_t *positions) {
    ptrdiff_t offset[256];
    offsets(w, offset);
    for (size_t plane = 0; plane < planes; plane++)
        for (size_t d = 0; d < w->output[0]; d++)
            for (size_t h = 0; h < w->output[1]; h++) {
                const ptrdiff_t start = beginning_of_row(w, d, h);
                for (size_t o = 0; o < w->output[2]; o++)
                    *positions++ = start + (ptrdiff_t)(o * w->stride[2]) + offset[*codes++];
            }
}
