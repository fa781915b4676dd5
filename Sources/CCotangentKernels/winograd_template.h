// Included by winograd.c for each element type T: vectors of N lanes.

#define V NAME(vector)

// MARK: One-dimensional transforms, m a constant where they are called

// y = Bᵀ x: m + 2 from m + 2.
CT_INLINE void NAME(input_1d)(ptrdiff_t m, const V *x, V *y) {
    if (m == 2) {
        y[0] = x[0] - x[2];
        y[1] = x[1] + x[2];
        y[2] = x[2] - x[1];
        y[3] = x[3] - x[1];
        return;
    }
    const T a = (T)A, b = (T)B, a2 = (T)A2, b2 = (T)B2, sum = (T)(A2 + B2);
    V even = x[4] - b2 * x[2], odd = a * (x[3] - b2 * x[1]);
    y[1] = even + odd;
    y[2] = even - odd;
    even = x[4] - a2 * x[2];
    odd = b * (x[3] - a2 * x[1]);
    y[3] = even + odd;
    y[4] = even - odd;
    y[0] = x[0] + x[4] - sum * x[2];
    y[5] = x[1] + x[5] - sum * x[3];
}

// y = Aᵀ x: m from m + 2.
CT_INLINE void NAME(output_1d)(ptrdiff_t m, const V *x, V *y) {
    if (m == 2) {
        y[0] = x[0] + x[1] + x[2];
        y[1] = x[1] - x[2] + x[3];
        return;
    }
    const V s = x[1] + x[2], d = x[1] - x[2], t = x[3] + x[4], e = x[3] - x[4];
    y[0] = x[0] + s + t;
    y[1] = (T)A * d + (T)B * e;
    y[2] = (T)A2 * s + (T)B2 * t;
    y[3] = (T)(A * A2) * d + ((T)(B * B2) * e + x[5]);
}

// y = A x: m + 2 from m.
CT_INLINE void NAME(cotangent_1d)(ptrdiff_t m, const V *x, V *y) {
    y[0] = x[0];
    if (m == 2) {
        y[1] = x[0] + x[1];
        y[2] = x[0] - x[1];
        y[3] = x[1];
        return;
    }
    V even = x[0] + (T)A2 * x[2], odd = (T)A * x[1] + (T)(A * A2) * x[3];
    y[1] = even + odd;
    y[2] = even - odd;
    even = x[0] + (T)B2 * x[2];
    odd = (T)B * x[1] + (T)(B * B2) * x[3];
    y[3] = even + odd;
    y[4] = even - odd;
    y[5] = x[3];
}

// y = G x: m + 2 from 3.
CT_INLINE void NAME(weight_1d)(ptrdiff_t m, const V *x, V *y) {
    y[0] = x[0];
    if (m == 2) {
        const V even = (T)0.5 * (x[0] + x[2]), odd = (T)0.5 * x[1];
        y[1] = even + odd;
        y[2] = even - odd;
        y[3] = x[2];
        return;
    }
    V even = (T)(1 / NA) * x[0] + (T)(A2 / NA) * x[2], odd = (T)(A / NA) * x[1];
    y[1] = even + odd;
    y[2] = even - odd;
    even = (T)(1 / NB) * x[0] + (T)(B2 / NB) * x[2];
    odd = (T)(B / NB) * x[1];
    y[3] = even + odd;
    y[4] = even - odd;
    y[5] = x[2];
}

// y = Gᵀ x: 3 from m + 2.
CT_INLINE void NAME(weight_gradient_1d)(ptrdiff_t m, const V *x, V *y) {
    if (m == 2) {
        const V s = (T)0.5 * (x[1] + x[2]);
        y[0] = x[0] + s;
        y[1] = (T)0.5 * (x[1] - x[2]);
        y[2] = x[3] + s;
        return;
    }
    const V s = x[1] + x[2], d = x[1] - x[2], t = x[3] + x[4], e = x[3] - x[4];
    y[0] = x[0] + (T)(1 / NA) * s + (T)(1 / NB) * t;
    y[1] = (T)(A / NA) * d + (T)(B / NB) * e;
    y[2] = x[5] + (T)(A2 / NA) * s + (T)(B2 / NB) * t;
}

// MARK: Planes to places of a band and back, N channels at a time

// band[places[i] * N ...] = channels `count` ≤ N of x at i, 0 for the rest.
CT_INLINE void NAME(planes_to_band)(const T *x, ptrdiff_t stride, ptrdiff_t count, ptrdiff_t length,
                                    const int32_t *places, T *band) {
    typedef V lanes;
    for (ptrdiff_t done = 0; done < length && length >= N;) {
        const ptrdiff_t i = done + N <= length ? done : length - N;
        lanes r[N];
        if (count == N) {
            _Pragma("clang loop unroll(full)") for (ptrdiff_t k = 0; k < N; k++)
                memcpy(&r[k], x + k * stride + i, sizeof r[k]);
        } else {
            for (ptrdiff_t k = 0; k < N; k++) {
                if (k < count) memcpy(&r[k], x + k * stride + i, sizeof r[k]);
                else r[k] = (lanes){0};
            }
        }
        SWAP_STEPS
        _Pragma("clang loop unroll(full)") for (ptrdiff_t k = 0; k < N; k++)
            memcpy(band + (ptrdiff_t)places[i + k] * N, &r[k], sizeof r[k]);
        done = i + N;
    }
    if (length >= N) return;
    for (ptrdiff_t i = 0; i < length; i++)
        for (ptrdiff_t k = 0; k < N; k++) band[(ptrdiff_t)places[i] * N + k] = k < count ? x[k * stride + i] : 0;
}

CT_INLINE void NAME(band_to_planes)(const T *band, const int32_t *places, ptrdiff_t length, T *y, ptrdiff_t stride,
                                    ptrdiff_t count) {
    typedef V lanes;
    for (ptrdiff_t done = 0; done < length && length >= N;) {
        const ptrdiff_t i = done + N <= length ? done : length - N;
        lanes r[N];
        _Pragma("clang loop unroll(full)") for (ptrdiff_t k = 0; k < N; k++)
            memcpy(&r[k], band + (ptrdiff_t)places[i + k] * N, sizeof r[k]);
        SWAP_STEPS
        if (count == N) {
            _Pragma("clang loop unroll(full)") for (ptrdiff_t k = 0; k < N; k++)
                memcpy(y + k * stride + i, &r[k], sizeof r[k]);
        } else {
            for (ptrdiff_t k = 0; k < count; k++) memcpy(y + k * stride + i, &r[k], sizeof r[k]);
        }
        done = i + N;
    }
    if (length >= N) return;
    for (ptrdiff_t i = 0; i < length; i++)
        for (ptrdiff_t k = 0; k < count; k++) y[k * stride + i] = band[(ptrdiff_t)places[i] * N + k];
}

// MARK: Tiles

// The transforms of windows of `window` elements a side: m + 2 for inputs, m for cotangents.
CT_INLINE void NAME(windows)(ptrdiff_t m, int is_input, const ct_winograd *w, ptrdiff_t row, ptrdiff_t rows, const T *x,
                             T *scratch, T *transforms, size_t plane, size_t line) {
    const ptrdiff_t n = m + 2, window = is_input ? n : m;
    const ptrdiff_t height = m * (rows - 1) + window, width = m * (w->tile_columns - 1) + window;
    T *band = scratch, *strip = band + height * width * N;
    int32_t *places = (int32_t *)(strip + n * width * N);
    // Rows and columns of the planes that the band holds; the others of it are 0.
    const ptrdiff_t first = row * m - w->top;
    ptrdiff_t low = first < 0 ? 0 : first, high = first + height > w->height ? w->height : first + height;
    ptrdiff_t right = w->width < width - w->left ? w->width : width - w->left;
    if (high < low) high = low;
    if (right < 0) right = 0;
    const int is_padded = low > first || high < first + height || w->left > 0 || right + w->left < width;
    if (is_padded) memset(band, 0, (size_t)(height * width * N) * sizeof(T));
    ptrdiff_t length = 0;
    // Columns that no window sees are left out of the last rows; a run of whole rows is one run of memory.
    const ptrdiff_t whole = right == w->width;
    for (ptrdiff_t h = low; h < high; h++)
        for (ptrdiff_t q = 0; q < right; q++) places[length++] = (int32_t)((h - first) * width + q + w->left);
    for (ptrdiff_t c = 0; c < w->channels; c += N) {
        const ptrdiff_t count = w->channels - c < N ? w->channels - c : N, stride = w->height * w->width;
        const T *source = x + c * stride + low * w->width;
        if (whole) {
            NAME(planes_to_band)(source, stride, count, length, places, band);
        } else {
            for (ptrdiff_t h = low; h < high; h++, source += w->width)
                NAME(planes_to_band)(source, stride, count, right, places + (h - low) * right, band);
        }
        for (ptrdiff_t i = 0; i < rows; i++) {
            const T *from = band + i * m * width * N;
            for (ptrdiff_t q = 0; q < width; q++, from += N) {
                V d[6], t[6];
                _Pragma("clang loop unroll(full)") for (ptrdiff_t j = 0; j < window; j++)
                    memcpy(&d[j], from + j * width * N, sizeof d[j]);
                if (is_input) NAME(input_1d)(m, d, t);
                else NAME(cotangent_1d)(m, d, t);
                _Pragma("clang loop unroll(full)") for (ptrdiff_t j = 0; j < n; j++)
                    memcpy(strip + (j * width + q) * N, &t[j], sizeof t[j]);
            }
            T *to = transforms + (size_t)(i * w->tile_columns) * line + (size_t)c;
            for (ptrdiff_t tile = 0; tile < w->tile_columns; tile++, to += line) {
                _Pragma("clang loop unroll(full)") for (ptrdiff_t j = 0; j < n; j++) {
                    V d[6], t[6];
                    const T *line_j = strip + (j * width + tile * m) * N;
                    _Pragma("clang loop unroll(full)") for (ptrdiff_t k = 0; k < window; k++)
                        memcpy(&d[k], line_j + k * N, sizeof d[k]);
                    if (is_input) NAME(input_1d)(m, d, t);
                    else NAME(cotangent_1d)(m, d, t);
                    _Pragma("clang loop unroll(full)") for (ptrdiff_t k = 0; k < n; k++)
                        memcpy(to + (size_t)(j * n + k) * plane, &t[k], sizeof t[k]);
                }
            }
        }
    }
}

CT_INLINE void NAME(outputs)(ptrdiff_t m, const ct_winograd *w, ptrdiff_t row, ptrdiff_t rows, const T *transforms,
                             size_t plane, size_t line, const T *bias, int relu, T *scratch, T *y) {
    const ptrdiff_t n = m + 2, width = m * w->tile_columns;
    T *band = scratch;
    int32_t *places = (int32_t *)(band + m * rows * width * N);
    const ptrdiff_t low = row * m, end = (row + rows) * m, high = end > w->height ? w->height : end;
    ptrdiff_t length = 0;
    for (ptrdiff_t h = low; h < high; h++)
        for (ptrdiff_t q = 0; q < w->width; q++) places[length++] = (int32_t)((h - low) * width + q);
    for (ptrdiff_t c = 0; c < w->channels; c += N) {
        const ptrdiff_t count = w->channels - c < N ? w->channels - c : N, stride = w->height * w->width;
        V b = {0};
        if (bias) for (ptrdiff_t k = 0; k < count; k++) b[k] = bias[c + k];
        for (ptrdiff_t i = 0; i < rows; i++) {
            const T *from = transforms + (size_t)(i * w->tile_columns) * line + (size_t)c;
            for (ptrdiff_t tile = 0; tile < w->tile_columns; tile++, from += line) {
                V t[4][6];
                _Pragma("clang loop unroll(full)") for (ptrdiff_t k = 0; k < n; k++) {
                    V d[6], u[4];
                    _Pragma("clang loop unroll(full)") for (ptrdiff_t j = 0; j < n; j++)
                        memcpy(&d[j], from + (size_t)(j * n + k) * plane, sizeof d[j]);
                    NAME(output_1d)(m, d, u);
                    _Pragma("clang loop unroll(full)") for (ptrdiff_t j = 0; j < m; j++) t[j][k] = u[j];
                }
                _Pragma("clang loop unroll(full)") for (ptrdiff_t j = 0; j < m; j++) {
                    V u[4];
                    NAME(output_1d)(m, t[j], u);
                    _Pragma("clang loop unroll(full)") for (ptrdiff_t k = 0; k < m; k++) {
                        V v = u[k] + b;
                        if (relu) v = (V)(~(NAME(mask))(v <= 0) & (NAME(mask))v);
                        memcpy(band + ((i * m + j) * width + tile * m + k) * N, &v, sizeof v);
                    }
                }
            }
        }
        NAME(band_to_planes)(band, places, length, y + c * stride + low * w->width, stride, count);
    }
}

CT_CLONES void NAME(ct_winograd_input)(const ct_winograd *w, ptrdiff_t row, ptrdiff_t rows, const T *x, T *scratch,
                                       T *transforms, size_t plane, size_t line) {
    if (w->m == 2) NAME(windows)(2, 1, w, row, rows, x, scratch, transforms, plane, line);
    else NAME(windows)(4, 1, w, row, rows, x, scratch, transforms, plane, line);
}

CT_CLONES void NAME(ct_winograd_cotangent)(const ct_winograd *w, ptrdiff_t row, ptrdiff_t rows, const T *dy, T *scratch,
                                           T *transforms, size_t plane, size_t line) {
    if (w->m == 2) NAME(windows)(2, 0, w, row, rows, dy, scratch, transforms, plane, line);
    else NAME(windows)(4, 0, w, row, rows, dy, scratch, transforms, plane, line);
}

CT_CLONES void NAME(ct_winograd_output)(const ct_winograd *w, ptrdiff_t row, ptrdiff_t rows, const T *transforms,
                                        size_t plane, size_t line, const T *bias, int relu, T *scratch, T *y) {
    if (w->m == 2) NAME(outputs)(2, w, row, rows, transforms, plane, line, bias, relu, scratch, y);
    else NAME(outputs)(4, w, row, rows, transforms, plane, line, bias, relu, scratch, y);
}

// MARK: Kernels

// to[e · plane] = the transform of the kernel g[9], N kernels at a time.
CT_INLINE void NAME(kernels)(ptrdiff_t m, const V *g, T *to, size_t plane) {
    const ptrdiff_t n = m + 2;
    V t[6][3];
    for (ptrdiff_t k = 0; k < 3; k++) {
        const V d[3] = {g[k], g[3 + k], g[6 + k]};
        V u[6];
        NAME(weight_1d)(m, d, u);
        for (ptrdiff_t j = 0; j < n; j++) t[j][k] = u[j];
    }
    for (ptrdiff_t j = 0; j < n; j++) {
        V u[6];
        NAME(weight_1d)(m, t[j], u);
        for (ptrdiff_t k = 0; k < n; k++) memcpy(to + (size_t)(j * n + k) * plane, &u[k], sizeof u[k]);
    }
}

CT_CLONES void NAME(ct_winograd_weight)(ptrdiff_t m, size_t inputs, size_t outputs, size_t first, size_t end,
                                        const T *weight, T *transforms, size_t plane, size_t line) {
    for (size_t c = first; c < end; c++) {
        for (size_t k = 0; k < outputs; k += N) {
            CT_ALIGNED T g[9][N] = {{0}};
            const size_t count = outputs - k < N ? outputs - k : N;
            for (size_t lane = 0; lane < count; lane++)
                for (size_t e = 0; e < 9; e++) g[e][lane] = weight[((k + lane) * inputs + c) * 9 + e];
            if (m == 2) NAME(kernels)(2, (const V *)g, transforms + c * line + k, plane);
            else NAME(kernels)(4, (const V *)g, transforms + c * line + k, plane);
        }
    }
}

CT_CLONES void NAME(ct_winograd_turned_weight)(ptrdiff_t m, size_t inputs, size_t outputs, size_t first, size_t end,
                                               const T *weight, T *transforms, size_t plane, size_t line) {
    for (size_t k = first; k < end; k++) {
        for (size_t c = 0; c < inputs; c += N) {
            CT_ALIGNED T g[9][N] = {{0}};
            const size_t count = inputs - c < N ? inputs - c : N;
            for (size_t lane = 0; lane < count; lane++)
                for (size_t e = 0; e < 9; e++) g[e][lane] = weight[(k * inputs + c + lane) * 9 + 8 - e];
            if (m == 2) NAME(kernels)(2, (const V *)g, transforms + k * line + c, plane);
            else NAME(kernels)(4, (const V *)g, transforms + k * line + c, plane);
        }
    }
}

CT_INLINE void NAME(kernel_gradients)(ptrdiff_t m, const T *from, size_t plane, V *g) {
    const ptrdiff_t n = m + 2;
    V t[3][6];
    for (ptrdiff_t k = 0; k < n; k++) {
        V d[6], u[3];
        for (ptrdiff_t j = 0; j < n; j++) memcpy(&d[j], from + (size_t)(j * n + k) * plane, sizeof d[j]);
        NAME(weight_gradient_1d)(m, d, u);
        for (ptrdiff_t j = 0; j < 3; j++) t[j][k] = u[j];
    }
    for (ptrdiff_t j = 0; j < 3; j++) NAME(weight_gradient_1d)(m, t[j], g + 3 * j);
}

CT_CLONES void NAME(ct_winograd_weight_gradient)(ptrdiff_t m, size_t inputs, size_t outputs, size_t first, size_t end,
                                                 const T *transforms, size_t plane, size_t line, T *dw) {
    for (size_t c = first; c < end; c++) {
        for (size_t k = 0; k < outputs; k += N) {
            V g[9];
            if (m == 2) NAME(kernel_gradients)(2, transforms + c * line + k, plane, g);
            else NAME(kernel_gradients)(4, transforms + c * line + k, plane, g);
            const size_t count = outputs - k < N ? outputs - k : N;
            CT_ALIGNED T lanes[9][N];
            memcpy(lanes, g, sizeof lanes);
            for (size_t lane = 0; lane < count; lane++)
                for (size_t e = 0; e < 9; e++) dw[((k + lane) * inputs + c) * 9 + e] = lanes[e][lane];
        }
    }
}

#undef V
