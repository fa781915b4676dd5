#ifndef CT_POOLING_LOOPS_H
#define CT_POOLING_LOOPS_H

#include "clones.h"
#include "ct_pooling.h"

// What pooling's loops share: where the places of a window lie.

CT_INLINE size_t least(size_t a, size_t b) { return a < b ? a : b; }

CT_INLINE size_t volume(const size_t lengths[3]) { return lengths[0] * lengths[1] * lengths[2]; }

// The places of a window along one axis that lie inside of the input: first ..< end.
typedef struct {
    size_t first, end;
} ct_places;

CT_INLINE ct_places places(const ct_pool_window *w, int axis, size_t o) {
    // In the padded input place k lies at o stride + k dilation, and the input begins at `before`.
    const size_t start = o * w->stride[axis], step = w->dilation[axis], before = w->before[axis];
    const size_t end = before + w->input[axis];
    ct_places p = {start >= before ? 0 : (before - start + step - 1) / step, 0};
    p.end = start >= end ? 0 : least((end - start + step - 1) / step, w->kernel[axis]);
    return p;
}

// Where a window begins along an axis: before the input where that is padded.
CT_INLINE ptrdiff_t beginning(const ct_pool_window *w, int axis, size_t o) {
    return (ptrdiff_t)(o * w->stride[axis]) - (ptrdiff_t)w->before[axis];
}

// The same in the plane, for the first window of row (d, h).
CT_INLINE ptrdiff_t beginning_of_row(const ct_pool_window *w, size_t d, size_t h) {
    return (beginning(w, 0, d) * (ptrdiff_t)w->input[1] + beginning(w, 1, h)) * (ptrdiff_t)w->input[2]
         + beginning(w, 2, 0);
}

// How far row (i, j) of a window lies behind its beginning, and place `code` of all in row-major order.
CT_INLINE ptrdiff_t offset_of_row(const ct_pool_window *w, size_t i, size_t j) {
    return (ptrdiff_t)((i * w->dilation[0] * w->input[1] + j * w->dilation[1]) * w->input[2]);
}

CT_INLINE ptrdiff_t offset_of(const ct_pool_window *w, size_t code) {
    const size_t k = code % w->kernel[2], row = code / w->kernel[2];
    return offset_of_row(w, row / w->kernel[1], row % w->kernel[1]) + (ptrdiff_t)(k * w->dilation[2]);
}

// The outputs low ..< high of a row whose windows lie inside of the input's rows.
CT_INLINE ct_places whole_windows(const ct_pool_window *w) {
    const size_t step = w->stride[2], end = w->input[2] + w->before[2], n = w->output[2];
    const size_t extent = w->dilation[2] * (w->kernel[2] - 1) + 1;
    ct_places p = {least((w->before[2] + step - 1) / step, n), 0};
    p.end = end >= extent ? least((end - extent) / step + 1, n) : 0;
    return p;
}

// Whether windows are two wide and cover the input without gap, overlap or padding.
CT_INLINE int covers_by_pairs(const ct_pool_window *w) {
    int yes = w->kernel[2] == 2;
    for (int i = 0; i < 3; i++)
        yes &= w->kernel[i] == w->stride[i] && w->before[i] == 0 && w->dilation[i] == 1
            && w->output[i] * w->stride[i] <= w->input[i];
    return yes;
}

// Zeros for the elements of a plane (of `size` bytes) behind the last of such windows.
CT_INLINE void clear_rest(const ct_pool_window *w, size_t size, void *plane) {
    const size_t row = w->input[2] * size, slice = w->input[1] * row, width = 2 * w->output[2] * size;
    const size_t slices = w->output[0] * w->kernel[0], rows = w->output[1] * w->kernel[1];
    char *bytes = plane;
    for (size_t i = 0; i < slices; i++, bytes += slice) {
        for (size_t j = 0; j < rows && width < row; j++) memset(bytes + j * row + width, 0, row - width);
        memset(bytes + rows * row, 0, slice - rows * row);
    }
    memset(bytes, 0, (w->input[0] - slices) * slice);
}

// Lanes for splitting two vectors of N into their even and odd places, and for putting them together again.
#define EVEN_2 0, 2
#define ODD_2 1, 3
#define EVEN_4 EVEN_2, 4, 6
#define ODD_4 ODD_2, 5, 7
#define EVEN_8 EVEN_4, 8, 10, 12, 14
#define ODD_8 ODD_4, 9, 11, 13, 15
#define EVEN_16 EVEN_8, 16, 18, 20, 22, 24, 26, 28, 30
#define ODD_16 ODD_8, 17, 19, 21, 23, 25, 27, 29, 31
#define LOWER_2 0, 2
#define UPPER_2 1, 3
#define LOWER_4 0, 4, 1, 5
#define UPPER_4 2, 6, 3, 7
#define LOWER_8 0, 8, 1, 9, 2, 10, 3, 11
#define UPPER_8 4, 12, 5, 13, 6, 14, 7, 15
#define LOWER_16 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define UPPER_16 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31

// The places from ..< to (at least N) in blocks of N; the last one overlaps the one before rather than being shorter.
#define EACH_BLOCK(N, from, to, at, body)                                                                      \
    for (size_t at = (from); at < (to); at = at + 2 * N <= (to) || at + N == (to) ? at + N : (to) - N) { body; }

#endif
