#include "ct_pooling.h"
#include <math.h>

// Max pooling with windows that cover the input evenly, and may differ in length.

typedef struct {
    size_t low, high;
} range;

static range window(const ct_pool_window *w, int axis, size_t o) {
    const size_t n = w->input[axis], m = w->output[axis];
    return (range){o * n / m, ((o + 1) * n + m - 1) / m};
}

#define DEFINE_ADAPTIVE(suffix, T)                                                                                     \
    void ct_adaptive_max_pool_##suffix(const ct_pool_window *w, size_t planes, const T *x, T *y, int64_t *positions) { \
        const size_t height = w->input[1], width = w->input[2];                                                        \
        for (size_t plane = 0; plane < planes; plane++, x += w->input[0] * height * width)                             \
            for (size_t d = 0; d < w->output[0]; d++)                                                                  \
                for (size_t h = 0; h < w->output[1]; h++)                                                              \
                    for (size_t o = 0; o < w->output[2]; o++) {                                                        \
                        const range a = window(w, 0, d), b = window(w, 1, h), c = window(w, 2, o);                     \
                        size_t winner = (a.low * height + b.low) * width + c.low;                                      \
                        T best = -INFINITY;                                                                            \
                        for (size_t i = a.low; i < a.high; i++)                                                        \
                            for (size_t j = b.low; j < b.high; j++)                                                    \
                                for (size_t k = c.low; k < c.high; k++) {                                              \
                                    const size_t place = (i * height + j) * width + k;                                 \
                                    const T v = x[place];                                                              \
                                    if (v > best || v != v) {                                                          \
                                        best = v;                                                                      \
                                        winner = place;                                                                \
                                    }                                                                                  \
                                }                                                                                      \
                        *y++ = best;                                                                                   \
                        if (positions) *positions++ = (int64_t)winner;                                                 \
                    }                                                                                                  \
    }
DEFINE_ADAPTIVE(f32, float)
DEFINE_ADAPTIVE(f64, double)
