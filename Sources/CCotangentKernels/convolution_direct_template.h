// Included by convolution_direct.c for each element type T: vectors of N lanes. What is said of vectors in
// ct_convolution.h counts 16 elements: two vectors of float64.

#define V NAME(vector)

CT_INLINE void NAME(band_row)(T *y, const T *row, ptrdiff_t first, ptrdiff_t step, ptrdiff_t count, ptrdiff_t length) {
    // Inside for low <= j < high: 0 <= first + j step < length.
    ptrdiff_t low = first < 0 ? (-first + step - 1) / step : 0;
    ptrdiff_t high = first >= length ? 0 : (length - 1 - first) / step + 1;
    if (low > count) low = count;
    if (high > count) high = count;
    if (!row || high < low) low = high = count;
    for (ptrdiff_t j = 0; j < low; j++) y[j] = 0;
    if (step == 1) memcpy(y + low, row + first + low, (size_t)(high - low) * sizeof(T));
    else if (step == 2) for (ptrdiff_t j = low; j < high; j++) y[j] = row[first + 2 * j];
    else for (ptrdiff_t j = low; j < high; j++) y[j] = row[first + step * j];
    for (ptrdiff_t j = high; j < count; j++) y[j] = 0;
}

CT_CLONES void NAME(ct_band)(const ct_band *b, size_t channels, const T *x, T *y) {
    for (size_t c = 0; c < channels; c++, x += b->input[0] * b->input[1] * b->input[2]) {
        for (ptrdiff_t i = 0; i < b->count[0]; i++) {
            const ptrdiff_t d = b->first[0] + i * b->step[0];
            for (ptrdiff_t rh = 0; rh < b->step[1]; rh++)
                for (ptrdiff_t rw = 0; rw < b->step[2]; rw++)
                    for (ptrdiff_t j = 0; j < b->count[1]; j++, y += b->count[2]) {
                        const ptrdiff_t h = b->first[1] + j * b->step[1] + rh;
                        const int there = d >= 0 && d < b->input[0] && h >= 0 && h < b->input[1];
                        NAME(band_row)(y, there ? x + (d * b->input[1] + h) * b->input[2] : 0, b->first[2] + rw,
                                       b->step[2], b->count[2], b->input[2]);
                    }
        }
    }
    memset(y, 0, CT_BAND_SLACK * sizeof(T));
}

CT_CLONES void NAME(ct_direct_pack)(size_t rows, size_t row_stride, size_t depth, size_t depth_stride, size_t taps,
                                    const int32_t *tap, const T *weight, T *packed) {
    const size_t block = ct_direct_block();
    for (size_t first = 0; first < rows; first += block, packed += depth * taps * block)
        for (size_t r = 0; r < block; r++)
            for (size_t d = 0; d < depth; d++)
                for (size_t t = 0; t < taps; t++)
                    packed[(d * taps + t) * block + r] =
                        first + r < rows ? weight[(first + r) * row_stride + d * depth_stride + (size_t)tap[t]] : 0;
}

// rows × vectors of y, constants where it is called. Rows are `block` apart in the packed matrix.
CT_INLINE void NAME(multiply_tile)(size_t rows, size_t vectors, size_t block, size_t taps, const int32_t *offsets,
                                   const T *band, const T *packed, int accumulate, T *y, size_t line) {
    V sums[8][8];
    _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++)
        _Pragma("clang loop unroll(full)") for (size_t v = 0; v < vectors; v++) sums[r][v] = (V){0};
    for (size_t q = 0; q < taps; q++, packed += block) {
        const T *from = band + offsets[q];
        V x[8];
        _Pragma("clang loop unroll(full)") for (size_t v = 0; v < vectors; v++)
            memcpy(&x[v], from + v * N, sizeof x[v]);
        _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++)
            _Pragma("clang loop unroll(full)") for (size_t v = 0; v < vectors; v++) sums[r][v] += packed[r] * x[v];
    }
    _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++)
        _Pragma("clang loop unroll(full)") for (size_t v = 0; v < vectors; v++) {
            T *to = y + r * line + v * N;
            V value = sums[r][v];
            if (accumulate) {
                V before;
                memcpy(&before, to, sizeof before);
                value += before;
            }
            memcpy(to, &value, sizeof value);
        }
}

// All vectors of some rows, `most` at a time, in parts as equal as can be.
#define MULTIPLY_CASE(R, C) \
    case C: NAME(multiply_tile)(R, C, block, taps, offsets, band, packed, accumulate, y, line); break;
#define MULTIPLY_ROWS(R, most, cases)                                                                                 \
    do {                                                                                                              \
        size_t left = vectors;                                                                                        \
        for (size_t parts = (vectors + (most) - 1) / (most); parts > 0; parts--) {                                    \
            const size_t part = (left + parts - 1) / parts;                                                           \
            switch (part) { cases }                                                                                   \
            band += part * N;                                                                                         \
            y += part * N;                                                                                            \
            left -= part;                                                                                             \
        }                                                                                                             \
    } while (0)

CT_INLINE void NAME(multiply_rows)(size_t rows, int wide, size_t vectors, size_t block, size_t taps,
                                   const int32_t *offsets, const T *band, const T *packed, int accumulate, T *y,
                                   size_t line) {
    if (!wide) {
        switch (rows) {
        case 1: MULTIPLY_ROWS(1, 2, MULTIPLY_CASE(1, 1) MULTIPLY_CASE(1, 2)); break;
        case 2: MULTIPLY_ROWS(2, 1, MULTIPLY_CASE(2, 1)); break;
        case 3:
        case 4: MULTIPLY_ROWS(4, 1, MULTIPLY_CASE(4, 1)); break;
        default: MULTIPLY_ROWS(6, 1, MULTIPLY_CASE(6, 1)); break;
        }
        return;
    }
    switch (rows) {
    case 1:
        MULTIPLY_ROWS(1, 8, MULTIPLY_CASE(1, 1) MULTIPLY_CASE(1, 2) MULTIPLY_CASE(1, 3) MULTIPLY_CASE(1, 4)
                                MULTIPLY_CASE(1, 5) MULTIPLY_CASE(1, 6) MULTIPLY_CASE(1, 7) MULTIPLY_CASE(1, 8));
        break;
    case 2:
        MULTIPLY_ROWS(2, 8, MULTIPLY_CASE(2, 1) MULTIPLY_CASE(2, 2) MULTIPLY_CASE(2, 3) MULTIPLY_CASE(2, 4)
                                MULTIPLY_CASE(2, 5) MULTIPLY_CASE(2, 6) MULTIPLY_CASE(2, 7) MULTIPLY_CASE(2, 8));
        break;
    case 3:
    case 4:
        MULTIPLY_ROWS(4, 6, MULTIPLY_CASE(4, 1) MULTIPLY_CASE(4, 2) MULTIPLY_CASE(4, 3) MULTIPLY_CASE(4, 4)
                                MULTIPLY_CASE(4, 5) MULTIPLY_CASE(4, 6));
        break;
    case 5:
    case 6: MULTIPLY_ROWS(6, 4, MULTIPLY_CASE(6, 1) MULTIPLY_CASE(6, 2) MULTIPLY_CASE(6, 3) MULTIPLY_CASE(6, 4)); break;
    default: MULTIPLY_ROWS(8, 3, MULTIPLY_CASE(8, 1) MULTIPLY_CASE(8, 2) MULTIPLY_CASE(8, 3)); break;
    }
}

// Lines of y past the rows, up to a whole block, are written too.
CT_CLONES void NAME(ct_direct_multiply)(size_t rows, size_t taps, const int32_t *offsets, const T *band, size_t vectors,
                                        const T *packed, int accumulate, T *y, size_t line) {
    const int wide = has_wide_registers();
    const size_t block = wide ? WIDE : NARROW, count = vectors * 16 / N;
    for (size_t r = 0; r < rows; r += block, packed += block * taps, y += block * line)
        NAME(multiply_rows)(rows - r < block ? rows - r : block, wide, count, block, taps, offsets, band, packed,
                            accumulate, y, line);
}

CT_INLINE void NAME(correlate_tile)(size_t rows, size_t taps, const int32_t *offsets, const T *band, size_t vectors,
                                    const T *y, size_t line, T *w, size_t stride) {
    V sums[4][6];
    const T *from[6];
    _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++)
        _Pragma("clang loop unroll(full)") for (size_t q = 0; q < taps; q++) sums[r][q] = (V){0};
    _Pragma("clang loop unroll(full)") for (size_t q = 0; q < taps; q++) from[q] = band + offsets[q];
    for (size_t v = 0; v < vectors; v++) {
        V x[6];
        _Pragma("clang loop unroll(full)") for (size_t q = 0; q < taps; q++)
            memcpy(&x[q], from[q] + v * N, sizeof x[q]);
        _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++) {
            V dy;
            memcpy(&dy, y + r * line + v * N, sizeof dy);
            _Pragma("clang loop unroll(full)") for (size_t q = 0; q < taps; q++) sums[r][q] += dy * x[q];
        }
    }
    _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++)
        _Pragma("clang loop unroll(full)") for (size_t q = 0; q < taps; q++)
            w[r * stride + q] += NAME(total)(&sums[r][q]);
}

#define CORRELATE_CASE(R, C) \
    case C: NAME(correlate_tile)(R, C, offsets + q, band, vectors, y, line, w + q, stride); break;
#define CORRELATE_ROWS(R, most, cases)                                                                                \
    for (size_t q = 0; q < taps; q += (most)) switch (taps - q < (most) ? taps - q : (most)) { cases }

CT_INLINE void NAME(correlate_rows)(size_t rows, int wide, size_t taps, const int32_t *offsets, const T *band,
                                    size_t vectors, const T *y, size_t line, T *w, size_t stride) {
    if (!wide) {
        if (rows == 1) {
            CORRELATE_ROWS(1, 3, CORRELATE_CASE(1, 1) CORRELATE_CASE(1, 2) CORRELATE_CASE(1, 3));
        } else {
            CORRELATE_ROWS(2, 3, CORRELATE_CASE(2, 1) CORRELATE_CASE(2, 2) CORRELATE_CASE(2, 3));
        }
        return;
    }
    switch (rows) {
    case 1:
        CORRELATE_ROWS(1, 6, CORRELATE_CASE(1, 1) CORRELATE_CASE(1, 2) CORRELATE_CASE(1, 3) CORRELATE_CASE(1, 4)
                                 CORRELATE_CASE(1, 5) CORRELATE_CASE(1, 6));
        break;
    case 2:
        CORRELATE_ROWS(2, 6, CORRELATE_CASE(2, 1) CORRELATE_CASE(2, 2) CORRELATE_CASE(2, 3) CORRELATE_CASE(2, 4)
                                 CORRELATE_CASE(2, 5) CORRELATE_CASE(2, 6));
        break;
    case 3:
        CORRELATE_ROWS(3, 6, CORRELATE_CASE(3, 1) CORRELATE_CASE(3, 2) CORRELATE_CASE(3, 3) CORRELATE_CASE(3, 4)
                                 CORRELATE_CASE(3, 5) CORRELATE_CASE(3, 6));
        break;
    default:
        CORRELATE_ROWS(4, 6, CORRELATE_CASE(4, 1) CORRELATE_CASE(4, 2) CORRELATE_CASE(4, 3) CORRELATE_CASE(4, 4)
                                 CORRELATE_CASE(4, 5) CORRELATE_CASE(4, 6));
        break;
    }
}

CT_CLONES void NAME(ct_direct_correlate)(size_t rows, size_t taps, const int32_t *offsets, const T *band,
                                         size_t vectors, const T *y, size_t line, T *w, size_t stride) {
    const int wide = has_wide_registers();
    const size_t block = wide ? 4 : 2;
    for (size_t r = 0; r < rows; r += block)
        NAME(correlate_rows)(rows - r < block ? rows - r : block, wide, taps, offsets, band, vectors * 16 / N,
                             y + r * line, line, w + r * stride, stride);
}

CT_CLONES void NAME(ct_direct_store)(size_t rows, size_t height, size_t columns, const T *x, size_t line, size_t width,
                                     const T *bias, int relu, T *y, size_t plane, size_t pitch, size_t step) {
    for (size_t r = 0; r < rows; r++) {
        const T b = bias ? bias[r] : 0;
        for (size_t i = 0; i < height; i++) {
            const T *from = x + r * line + i * width;
            T *to = y + r * plane + i * pitch;
            if (step != 1) {
                for (size_t j = 0; j < columns; j++) {
                    const T v = from[j] + b;
                    to[j * step] = relu && v <= 0 ? 0 : v;
                }
            } else if (relu) {
                for (size_t j = 0; j < columns; j++) {
                    const T v = from[j] + b;
                    to[j] = v <= 0 ? 0 : v;
                }
            } else {
                for (size_t j = 0; j < columns; j++) to[j] = from[j] + b;
            }
        }
    }
}

CT_CLONES void NAME(ct_direct_load)(size_t rows, size_t height, size_t columns, const T *x, size_t plane, size_t pitch,
                                    T *y, size_t line, size_t width) {
    for (size_t r = 0; r < rows; r++) {
        T *to = y + r * line;
        memset(to, 0, line * sizeof(T));
        for (size_t i = 0; i < height; i++)
            memcpy(to + i * width, x + r * plane + i * pitch, columns * sizeof(T));
    }
}

#undef MULTIPLY_CASE
#undef MULTIPLY_ROWS
#undef CORRELATE_CASE
#undef CORRELATE_ROWS
#undef V
