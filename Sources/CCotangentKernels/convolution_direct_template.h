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
    if (step == 1) NAME(copy_run)(high - low, row + first + low, y + low);
    else if (step == 2) NAME(copy_even_run)(high - low, row + first + 2 * low, y + low);
    else for (ptrdiff_t j = low; j < high; j++) y[j] = row[first + step * j];
    for (ptrdiff_t j = high; j < count; j++) y[j] = 0;
}

CT_CLONES void NAME(ct_band)(const ct_band *b, size_t channels, const T *x, T *y) {
    const size_t plane = ct_band_count(b);
    T *end = y;
    for (size_t c = 0; c < channels; c++, x += b->input[0] * b->input[1] * b->input[2], end += plane) {
        y = end;
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
        while (y < end + plane) *y++ = 0;
    }
    memset(end, 0, CT_BAND_SLACK * sizeof(T));
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

// A tile's columns for all rows: the columns stay in the first-level cache, the packed matrix streams by.
#define MULTIPLY_CASE(R, C) \
    case C: NAME(multiply_tile)(R, C, block, taps, offsets, band, packed, accumulate, y, line); break;
#define MULTIPLY_ROWS(R, cases) switch (vectors) { cases }

CT_INLINE void NAME(multiply_rows)(size_t rows, size_t vectors, size_t block, size_t taps, const int32_t *offsets,
                                   const T *band, const T *packed, int accumulate, T *y, size_t line) {
    switch (rows) {
    case 1:
        MULTIPLY_ROWS(1, MULTIPLY_CASE(1, 1) MULTIPLY_CASE(1, 2) MULTIPLY_CASE(1, 3) MULTIPLY_CASE(1, 4)
                             MULTIPLY_CASE(1, 5) MULTIPLY_CASE(1, 6) MULTIPLY_CASE(1, 7) MULTIPLY_CASE(1, 8));
        break;
    case 2:
        MULTIPLY_ROWS(2, MULTIPLY_CASE(2, 1) MULTIPLY_CASE(2, 2) MULTIPLY_CASE(2, 3) MULTIPLY_CASE(2, 4)
                             MULTIPLY_CASE(2, 5) MULTIPLY_CASE(2, 6) MULTIPLY_CASE(2, 7) MULTIPLY_CASE(2, 8));
        break;
    case 3:
    case 4:
        MULTIPLY_ROWS(4, MULTIPLY_CASE(4, 1) MULTIPLY_CASE(4, 2) MULTIPLY_CASE(4, 3) MULTIPLY_CASE(4, 4)
                             MULTIPLY_CASE(4, 5) MULTIPLY_CASE(4, 6));
        break;
    case 5:
    case 6: MULTIPLY_ROWS(6, MULTIPLY_CASE(6, 1) MULTIPLY_CASE(6, 2) MULTIPLY_CASE(6, 3) MULTIPLY_CASE(6, 4)); break;
    default: MULTIPLY_ROWS(8, MULTIPLY_CASE(8, 1) MULTIPLY_CASE(8, 2) MULTIPLY_CASE(8, 3)); break;
    }
}

// Lines of y past the rows, up to a whole block, are written too.
CT_CLONES void NAME(ct_direct_multiply)(size_t rows, size_t taps, const int32_t *offsets, const T *band, size_t vectors,
                                        const T *packed, int accumulate, T *y, size_t line) {
    const int wide = has_wide_registers();
    const size_t block = wide ? WIDE : NARROW;
    size_t most = wide ? (rows > 6 ? 3 : rows > 4 ? 4 : rows > 2 ? 6 : 8) : rows > 1 ? 1 : 2;
    size_t left = vectors * 16 / N;
    // Parts as equal as can be.
    for (size_t parts = (left + most - 1) / most; parts > 0; parts--) {
        const size_t part = (left + parts - 1) / parts;
        for (size_t r = 0; r < rows; r += block)
            NAME(multiply_rows)(rows - r < block ? rows - r : block, part, block, taps, offsets, band,
                                packed + r * taps, accumulate, y + r * line, line);
        band += part * N;
        y += part * N;
        left -= part;
    }
}

// The sums of the lanes of each of N vectors: after a transposition they are sums of vectors.
CT_INLINE void NAME(totals)(V *r, V *sums) {
    typedef V lanes;
    SWAP_STEPS
    V even = r[0], odd = r[1];
    _Pragma("clang loop unroll(full)") for (size_t k = 2; k < N; k += 2) {
        even += r[k];
        odd += r[k + 1];
    }
    *sums = even + odd;
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
    _Pragma("clang loop unroll(full)") for (size_t first = 0; first < rows * taps; first += N) {
        V part[N], total;
        T lanes[N];
        _Pragma("clang loop unroll(full)") for (size_t k = 0; k < N; k++)
            part[k] = first + k < rows * taps ? sums[(first + k) / taps][(first + k) % taps] : (V){0};
        NAME(totals)(part, &total);
        memcpy(lanes, &total, sizeof lanes);
        _Pragma("clang loop unroll(full)") for (size_t k = 0; k < N && first + k < rows * taps; k++)
            w[(first + k) / taps * stride + (first + k) % taps] += lanes[k];
    }
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

// A run of n elements at x, which may be read to the end of a vector, with bias and ReLU.
CT_INLINE void NAME(store_run)(ptrdiff_t n, const T *x, T bias, int relu, int streams, T *y) {
    if (streams && n % N == 0 && (uintptr_t)y % sizeof(V) == 0) {
        for (ptrdiff_t j = 0; j < n; j += N) {
            V v;
            memcpy(&v, x + j, sizeof v);
            v += bias;
            if (relu) v = (V)(~(NAME(mask))(v <= 0) & (NAME(mask))v);
            __builtin_nontemporal_store(v, (V *)(y + j));
        }
        return;
    }
    for (ptrdiff_t done = 0; done < n; done += N) {
        const ptrdiff_t j = done + N <= n || n < N ? done : n - N;
        V v;
        memcpy(&v, x + j, sizeof v);
        v += bias;
        if (relu) v = (V)(~(NAME(mask))(v <= 0) & (NAME(mask))v);
        if (n >= N) memcpy(y + j, &v, sizeof v);
        else NAME(store)((size_t)n, &v, y);
    }
}

CT_CLONES void NAME(ct_direct_store)(size_t rows, size_t height, size_t columns, const T *x, size_t line, size_t width,
                                     const T *bias, int relu, int streams, T *y, size_t plane, size_t pitch,
                                     size_t step) {
    for (size_t r = 0; r < rows; r++) {
        const T b = bias ? bias[r] : 0;
        for (size_t i = 0; i < height; i++) {
            const T *from = x + r * line + i * width;
            T *to = y + r * plane + i * pitch;
            if (step == 1) NAME(store_run)((ptrdiff_t)columns, from, b, relu, streams, to);
            else for (size_t j = 0; j < columns; j++) {
                const T v = from[j] + b;
                to[j * step] = relu && v <= 0 ? 0 : v;
            }
        }
    }
}

CT_CLONES void NAME(ct_direct_load)(size_t rows, size_t height, size_t columns, const T *x, size_t plane, size_t pitch,
                                    T *y, size_t line, size_t width) {
    for (size_t r = 0; r < rows; r++, y += line, x += plane) {
        size_t end = 0;
        for (size_t i = 0; i < height; i++) {
            while (end < i * width) y[end++] = 0;
            NAME(copy_run)((ptrdiff_t)columns, x + i * pitch, y + i * width);
            end = i * width + columns;
        }
        while (end < line) y[end++] = 0;
    }
}

#undef MULTIPLY_CASE
#undef MULTIPLY_ROWS
#undef CORRELATE_CASE
#undef CORRELATE_ROWS
#undef V
