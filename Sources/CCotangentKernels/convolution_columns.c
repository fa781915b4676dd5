#include "ct_convolution.h"
#include "clones.h"

// im2col and its adjoint, by way of a band: the rows of one channel that a panel needs, with their padding, and with
// columns apart by their remainder modulo the stride. In it every line of a panel is a run of neighbours. It is small
// and stays in the first-level cache.

enum { SLACK = CT_COLUMNS_SLACK };

// Rows of a band for one slice of depth, and elements of one remainder's part of a row.
static ptrdiff_t band_rows(const ct_window *w, const ct_panel *p) {
    return (p->rows - 1) * w->stride[1] + (w->kernel[1] - 1) * w->dilation[1] + 1;
}
static ptrdiff_t band_width(const ct_window *w, const ct_panel *p) {
    return p->columns + ((w->kernel[2] - 1) * w->dilation[2]) / w->stride[2] + 1;
}

size_t ct_columns_scratch(const ct_window *w, const ct_panel *p) {
    return (size_t)(w->kernel[0] * band_rows(w, p) * w->stride[2] * band_width(w, p)) + SLACK;
}

// The columns q of a row x of `length` for which 0 <= first + q step < length: low..<high.
CT_INLINE void inside(ptrdiff_t first, ptrdiff_t step, ptrdiff_t count, ptrdiff_t length, ptrdiff_t *low,
                      ptrdiff_t *high) {
    *low = first < 0 ? (-first + step - 1) / step : 0;
    *high = first >= length ? 0 : (length - 1 - first) / step + 1;
    if (*low > count) *low = count;
    if (*high > count) *high = count;
    if (*high < *low) *high = *low;
}

// Calls `move(row of the band, row of x or 0, first column, step, count)` for each row and remainder of a band.
#define EACH_BAND_ROW(w, p, x, band, move)                                                                            \
    do {                                                                                                              \
        const ptrdiff_t rows = band_rows(w, p), width = band_width(w, p), step = (w)->stride[2];                      \
        for (ptrdiff_t kd = 0; kd < (w)->kernel[0]; kd++) {                                                           \
            const ptrdiff_t d = (p)->depth * (w)->stride[0] - (w)->before[0] + kd * (w)->dilation[0];                 \
            for (ptrdiff_t i = 0; i < rows; i++) {                                                                    \
                const ptrdiff_t h = (p)->row * (w)->stride[1] - (w)->before[1] + i;                                   \
                const int there = d >= 0 && d < (w)->input[0] && h >= 0 && h < (w)->input[1];                         \
                for (ptrdiff_t remainder = 0; remainder < step; remainder++) {                                        \
                    move((band) + ((kd * rows + i) * step + remainder) * width,                                       \
                         there ? (x) + (d * (w)->input[1] + h) * (w)->input[2] : 0,                                   \
                         (p)->column * step - (w)->before[2] + remainder, step, width, (w)->input[2]);                \
                }                                                                                                     \
            }                                                                                                         \
        }                                                                                                             \
    } while (0)

// Calls `move(run in the band, run in the columns, length)` for each line of the columns and row of the panel.
#define EACH_RUN(w, p, band, columns, line, move)                                                                     \
    do {                                                                                                              \
        const ptrdiff_t rows = band_rows(w, p), width = band_width(w, p), step = (w)->stride[2];                      \
        for (ptrdiff_t kd = 0; kd < (w)->kernel[0]; kd++)                                                             \
            for (ptrdiff_t kh = 0; kh < (w)->kernel[1]; kh++)                                                         \
                for (ptrdiff_t kw = 0; kw < (w)->kernel[2]; kw++, columns += line) {                                  \
                    const ptrdiff_t shift = kw * (w)->dilation[2];                                                    \
                    ptrdiff_t at = ((kd * rows + kh * (w)->dilation[1]) * step + shift % step) * width + shift / step; \
                    for (ptrdiff_t i = 0; i < (p)->rows; i++, at += (w)->stride[1] * step * width)                    \
                        move((band) + at, columns + i * (p)->columns, (p)->columns);                                  \
                }                                                                                                     \
    } while (0)

#define DEFINE_COLUMNS(suffix, T)                                                                                     \
    CT_INLINE void pad_##suffix(T *band, const T *row, ptrdiff_t first, ptrdiff_t step, ptrdiff_t count,              \
                                ptrdiff_t length) {                                                                   \
        ptrdiff_t low = 0, high = 0;                                                                                  \
        if (row) inside(first, step, count, length, &low, &high);                                                     \
        if (low == high) low = high = count;                                                                          \
        for (ptrdiff_t q = 0; q < low; q++) band[q] = 0;                                                              \
        if (low == high) return;                                                                                      \
        if (step == 1) memcpy(band + low, row + first + low, (size_t)(high - low) * sizeof(T));                       \
        else if (step == 2) for (ptrdiff_t q = low; q < high; q++) band[q] = row[first + q * 2];                      \
        else for (ptrdiff_t q = low; q < high; q++) band[q] = row[first + q * step];                                  \
        for (ptrdiff_t q = high; q < count; q++) band[q] = 0;                                                         \
    }                                                                                                                 \
                                                                                                                      \
    CT_INLINE void unpad_##suffix(const T *band, T *row, ptrdiff_t first, ptrdiff_t step, ptrdiff_t count,            \
                                  ptrdiff_t length) {                                                                 \
        if (!row) return;                                                                                             \
        ptrdiff_t low, high;                                                                                          \
        inside(first, step, count, length, &low, &high);                                                              \
        if (step == 1) for (ptrdiff_t q = low; q < high; q++) row[first + q] += band[q];                              \
        else for (ptrdiff_t q = low; q < high; q++) row[first + q * step] += band[q];                                 \
    }                                                                                                                 \
                                                                                                                      \
    /* Whole vectors: what is written behind the run is overwritten by the next one. */                               \
    CT_INLINE void take_run_##suffix(const T *band, T *columns, ptrdiff_t count) {                                    \
        for (ptrdiff_t j = 0; j < count; j += SLACK) memcpy(columns + j, band + j, SLACK * sizeof(T));                \
    }                                                                                                                 \
                                                                                                                      \
    CT_INLINE void add_run_##suffix(T *band, const T *columns, ptrdiff_t count) {                                     \
        for (ptrdiff_t j = 0; j < count; j++) band[j] += columns[j];                                                  \
    }                                                                                                                 \
                                                                                                                      \
    CT_CLONES void ct_columns_##suffix(const ct_window *w, const ct_panel *p, size_t channels, const T *x, T *band,   \
                                       T *columns, size_t line) {                                                     \
        for (size_t c = 0; c < channels; c++, x += w->input[0] * w->input[1] * w->input[2]) {                         \
            EACH_BAND_ROW(w, p, x, band, pad_##suffix);                                                               \
            EACH_RUN(w, p, band, columns, line, take_run_##suffix);                                                   \
        }                                                                                                             \
    }                                                                                                                 \
                                                                                                                      \
    CT_CLONES void ct_add_columns_##suffix(const ct_window *w, const ct_panel *p, size_t channels, const T *columns,  \
                                           size_t line, T *band, T *x) {                                              \
        const size_t count = ct_columns_scratch(w, p) - SLACK;                                                        \
        for (size_t c = 0; c < channels; c++, x += w->input[0] * w->input[1] * w->input[2]) {                         \
            memset(band, 0, count * sizeof(T));                                                                       \
            EACH_RUN(w, p, band, columns, line, add_run_##suffix);                                                    \
            EACH_BAND_ROW(w, p, x, band, unpad_##suffix);                                                             \
        }                                                                                                             \
    }                                                                                                                 \
                                                                                                                      \
    CT_CLONES void ct_channel_bias_##suffix(size_t rows, size_t columns, const T *bias, int relu, T *y, size_t line) { \
        for (size_t r = 0; r < rows; r++, y += line) {                                                                \
            const T b = bias ? bias[r] : 0;                                                                           \
            if (relu) for (size_t j = 0; j < columns; j++) { T v = y[j] + b; y[j] = v <= 0 ? 0 : v; }                  \
            else for (size_t j = 0; j < columns; j++) y[j] += b;                                                      \
        }                                                                                                             \
    }

DEFINE_COLUMNS(f32, float)
DEFINE_COLUMNS(f64, double)
