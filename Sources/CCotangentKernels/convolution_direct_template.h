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
            for (ptrdiff_t rh = 0; rh < b->remainders[0]; rh++)
                for (ptrdiff_t rw = 0; rw < b->remainders[1]; rw++)
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

// Where vector v of N lanes stands, by a table for vectors of 16.
#define PLACE(table, v) ((ptrdiff_t)(table)[(v) * N / 16] + (ptrdiff_t)((v) * N % 16))

// What becomes of a finished sum.
#define FINISH(p, sum, y)                                                                                             \
    do {                                                                                                              \
        V value = (sum), before;                                                                                      \
        if ((p)->accumulate) {                                                                                        \
            memcpy(&before, (y), sizeof before);                                                                      \
            value += before;                                                                                          \
        }                                                                                                             \
        if ((p)->relu) value = (V)(~(NAME(mask))(value <= 0) & (NAME(mask))value);                                    \
        if ((p)->streams && (uintptr_t)(y) % sizeof(V) == 0) __builtin_nontemporal_store(value, (V *)(y));            \
        else memcpy((y), &value, sizeof value);                                                                       \
    } while (0)

// rows × vectors of y, constants where it is called, and so whether the vectors follow one another in the box, which
// saves a register each; `count` of the rows are wanted. Rows are `block` apart in the
// packed matrix.
CT_INLINE void NAME(multiply_tile)(size_t rows, size_t vectors, int together, size_t count, size_t block,
                                   const ct_direct *p, size_t first, const T *box, const T *packed, const T *bias, T *y) {
    V sums[8][8];
    const T *from[8];
    _Pragma("clang loop unroll(full)") for (size_t v = 0; v < vectors; v++) {
        from[v] = box + PLACE(p->places, first + v);
        _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++) sums[r][v] = (V){0};
    }
    const int32_t *offsets = p->offsets;
    for (size_t q = 0, taps = p->taps; q < taps; q++, packed += block) {
        V x[8];
        _Pragma("clang loop unroll(full)") for (size_t v = 0; v < vectors; v++)
            memcpy(&x[v], together ? from[0] + offsets[q] + v * N : from[v] + offsets[q], sizeof x[v]);
        _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++)
            _Pragma("clang loop unroll(full)") for (size_t v = 0; v < vectors; v++) sums[r][v] += packed[r] * x[v];
    }
    ptrdiff_t to[8];
    _Pragma("clang loop unroll(full)") for (size_t v = 0; v < vectors; v++) to[v] = PLACE(p->targets, first + v);
    const size_t line = p->line;
    if (count == rows && !bias && !p->accumulate && !p->relu && !p->streams) {
        _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++, y += line)
            _Pragma("clang loop unroll(full)") for (size_t v = 0; v < vectors; v++)
                memcpy(y + to[v], &sums[r][v], sizeof sums[r][v]);
        return;
    }
    _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++, y += line) {
        const V b = (V){0} + (bias && r < count ? bias[r] : 0);
        _Pragma("clang loop unroll(full)") for (size_t v = 0; v < vectors; v++)
            if (r < count) FINISH(p, sums[r][v] + b, y + to[v]);
    }
}

#define MULTIPLY_CASE(R, C) \
    case C: NAME(multiply_tile)(R, C, together, count, block, p, first, box, packed, bias, y); break;

CT_INLINE void NAME(multiply_rows)(int together, size_t count, size_t vectors, size_t block, const ct_direct *p, size_t first,
                                   const T *box, const T *packed, const T *bias, T *y) {
    switch (count) {
    case 1:
        switch (vectors) {
            MULTIPLY_CASE(1, 1) MULTIPLY_CASE(1, 2) MULTIPLY_CASE(1, 3) MULTIPLY_CASE(1, 4)
            MULTIPLY_CASE(1, 5) MULTIPLY_CASE(1, 6) MULTIPLY_CASE(1, 7) MULTIPLY_CASE(1, 8)
        }
        break;
    case 2:
        switch (vectors) {
            MULTIPLY_CASE(2, 1) MULTIPLY_CASE(2, 2) MULTIPLY_CASE(2, 3) MULTIPLY_CASE(2, 4)
            MULTIPLY_CASE(2, 5) MULTIPLY_CASE(2, 6) MULTIPLY_CASE(2, 7) MULTIPLY_CASE(2, 8)
        }
        break;
    case 3:
    case 4:
        switch (vectors) {
            MULTIPLY_CASE(4, 1) MULTIPLY_CASE(4, 2) MULTIPLY_CASE(4, 3)
            MULTIPLY_CASE(4, 4) MULTIPLY_CASE(4, 5) MULTIPLY_CASE(4, 6)
        }
        break;
    case 5:
    case 6:
        switch (vectors) { MULTIPLY_CASE(6, 1) MULTIPLY_CASE(6, 2) MULTIPLY_CASE(6, 3) MULTIPLY_CASE(6, 4) }
        break;
    default:
        switch (vectors) { MULTIPLY_CASE(8, 1) MULTIPLY_CASE(8, 2) MULTIPLY_CASE(8, 3) }
        break;
    }
}

// A tile's columns for all rows: the columns stay in the first-level cache, the packed matrix streams by.
CT_CLONES void NAME(ct_direct_multiply)(const ct_direct *p, const T *box, const T *packed, const T *bias, T *y) {
    const int wide = has_wide_registers();
    const size_t block = wide ? WIDE : NARROW, rows = p->rows;
    const size_t most = wide ? (rows > 6 ? 3 : rows > 4 ? 4 : rows > 2 ? 6 : 8) : rows > 1 ? 1 : 2;
    const size_t all = p->vectors * 16 / N;
    // Parts as equal as can be.
    size_t first = 0;
    for (size_t parts = (all + most - 1) / most; parts > 0; parts--) {
        const size_t part = (all - first + parts - 1) / parts;
        int together = 1;
        for (size_t v = first; v + 1 < first + part; v++)
            together &= PLACE(p->places, v + 1) == PLACE(p->places, v) + N;
        for (size_t r = 0; r < rows; r += block) {
            const size_t count = rows - r < block ? rows - r : block;
            const T *matrix = packed + r * p->taps, *b = bias ? bias + r : 0;
            if (together) NAME(multiply_rows)(1, count, part, block, p, first, box, matrix, b, y + r * p->line);
            else NAME(multiply_rows)(0, count, part, block, p, first, box, matrix, b, y + r * p->line);
        }
        first += part;
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

CT_INLINE void NAME(correlate_tile)(size_t rows, size_t taps, const ct_direct *p, size_t tap, const T *box, const T *y,
                                    T *w, size_t stride) {
    V sums[4][6];
    const T *from[6];
    _Pragma("clang loop unroll(full)") for (size_t q = 0; q < taps; q++) {
        from[q] = box + p->offsets[tap + q];
        _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++) sums[r][q] = (V){0};
    }
    const size_t line = p->line, vectors = p->vectors * 16 / N;
    for (size_t v = 0; v < vectors; v++) {
        const ptrdiff_t place = PLACE(p->places, v);
        V x[6];
        _Pragma("clang loop unroll(full)") for (size_t q = 0; q < taps; q++) memcpy(&x[q], from[q] + place, sizeof x[q]);
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
    case C: NAME(correlate_tile)(R, C, p, q, box, y, w + q, stride); break;
#define CORRELATE_WIDE(R)                                                                                             \
    for (size_t q = 0; q < p->taps; q += 6) switch (p->taps - q < 6 ? p->taps - q : 6) {                              \
        CORRELATE_CASE(R, 1) CORRELATE_CASE(R, 2) CORRELATE_CASE(R, 3)                                                \
        CORRELATE_CASE(R, 4) CORRELATE_CASE(R, 5) CORRELATE_CASE(R, 6)                                                \
    }
#define CORRELATE_NARROW(R)                                                                                           \
    for (size_t q = 0; q < p->taps; q += 3) switch (p->taps - q < 3 ? p->taps - q : 3) {                              \
        CORRELATE_CASE(R, 1) CORRELATE_CASE(R, 2) CORRELATE_CASE(R, 3)                                                \
    }

CT_CLONES void NAME(ct_direct_correlate)(const ct_direct *p, const T *box, const T *y, T *w, size_t stride) {
    const int wide = has_wide_registers();
    const size_t block = wide ? 4 : 2;
    for (size_t r = 0; r < p->rows; r += block, y += block * p->line, w += block * stride) {
        const size_t count = p->rows - r < block ? p->rows - r : block;
        if (!wide && count == 1) CORRELATE_NARROW(1)
        else if (!wide) CORRELATE_NARROW(2)
        else if (count == 1) CORRELATE_WIDE(1)
        else if (count == 2) CORRELATE_WIDE(2)
        else if (count == 3) CORRELATE_WIDE(3)
        else CORRELATE_WIDE(4)
    }
}

// A run of n elements at x, which may be read to the end of a vector, with bias and ReLU.
CT_INLINE void NAME(store_run)(ptrdiff_t n, const T *x, T bias, int relu, T *y) {
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
                                     const T *bias, int relu, T *y, size_t plane, size_t pitch, size_t step) {
    for (size_t r = 0; r < rows; r++) {
        const T b = bias ? bias[r] : 0;
        for (size_t i = 0; i < height; i++) {
            const T *from = x + r * line + i * width;
            T *to = y + r * plane + i * pitch;
            if (step == 1) NAME(store_run)((ptrdiff_t)columns, from, b, relu, to);
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

#undef PLACE
#undef FINISH
#undef MULTIPLY_CASE
#undef CORRELATE_CASE
#undef CORRELATE_WIDE
#undef CORRELATE_NARROW
#undef V
