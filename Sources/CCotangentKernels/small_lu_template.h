// For T, INTEGER (of T's size) and NAME: see small_lu.c. m[i + j n] is element (i, j) of the lanes' matrices.

CT_INLINE void NAME(factor)(size_t n, T (*m)[CT_LANES], INTEGER (*pivots)[CT_LANES], INTEGER *info) {
    CT_EACH_LANE info[lane] = 0;
    for (size_t k = 0; k < n; k++) {
        CT_ALIGNED T best[CT_LANES];
        INTEGER *place = pivots[k];
        CT_EACH_LANE {
            const T v = m[k + k * n][lane];
            best[lane] = v < 0 ? -v : v;
            place[lane] = (INTEGER)k;
        }
        for (size_t i = k + 1; i < n; i++) {
            const T *column = m[i + k * n];
            CT_EACH_LANE {
                const T v = column[lane] < 0 ? -column[lane] : column[lane];
                const int better = v > best[lane];
                best[lane] = better ? v : best[lane];
                place[lane] = better ? (INTEGER)i : place[lane];
            }
        }
        for (size_t i = k + 1; i < n; i++) {
            for (size_t j = 0; j < n; j++) {
                T *upper = m[k + j * n], *lower = m[i + j * n];
                CT_EACH_LANE {
                    const T a = upper[lane], b = lower[lane];
                    const int exchange = place[lane] == (INTEGER)i;
                    upper[lane] = exchange ? b : a;
                    lower[lane] = exchange ? a : b;
                }
            }
        }
        CT_EACH_LANE info[lane] = info[lane] == 0 && best[lane] == 0 ? (INTEGER)k + 1 : info[lane];
        // A column of zeros stays one: 0 / 1.
        CT_EACH_LANE best[lane] = best[lane] == 0 ? 1 : m[k + k * n][lane];
        for (size_t i = k + 1; i < n; i++) {
            T *factor = m[i + k * n];
            CT_EACH_LANE factor[lane] /= best[lane];
            for (size_t j = k + 1; j < n; j++) {
                T *target = m[i + j * n];
                const T *row = m[k + j * n];
                CT_EACH_LANE target[lane] -= factor[lane] * row[lane];
            }
        }
    }
}

CT_INLINE void NAME(factor_all)(size_t count, size_t n, T *a, int32_t *pivots, int32_t *info) {
    CT_ALIGNED T m[MOST * MOST][CT_LANES];
    CT_ALIGNED INTEGER places[MOST][CT_LANES];
    CT_ALIGNED INTEGER found[CT_LANES];
    for (size_t start = 0; start < count; start += CT_LANES) {
        const size_t left = count - start, some = left < CT_LANES ? left : CT_LANES;
        T *block = a + start * n * n;
        for (size_t e = 0; e < n * n; e++)
            for (size_t lane = 0; lane < CT_LANES; lane++) m[e][lane] = lane < some ? block[lane * n * n + e] : 1;
        NAME(factor)(n, m, places, found);
        for (size_t lane = 0; lane < some; lane++) {
            for (size_t e = 0; e < n * n; e++) block[lane * n * n + e] = m[e][lane];
            for (size_t k = 0; k < n; k++) pivots[(start + lane) * n + k] = (int32_t)places[k][lane] + 1;
            info[start + lane] = (int32_t)found[lane];
        }
    }
}

// Exchanges rows k and place[lane] of y.
CT_INLINE void NAME(exchange)(size_t n, size_t k, const INTEGER *place, T (*y)[CT_LANES]) {
    for (size_t i = k + 1; i < n; i++) {
        CT_EACH_LANE {
            const T a = y[k][lane], b = y[i][lane];
            const int exchange = place[lane] == (INTEGER)i;
            y[k][lane] = exchange ? b : a;
            y[i][lane] = exchange ? a : b;
        }
    }
}

// P L U y = y
CT_INLINE void NAME(solve_plain)(size_t n, T (*m)[CT_LANES], INTEGER (*places)[CT_LANES], T (*y)[CT_LANES]) {
    for (size_t k = 0; k < n; k++) NAME(exchange)(n, k, places[k], y);
    for (size_t j = 0; j < n; j++)
        for (size_t i = j + 1; i < n; i++) CT_EACH_LANE y[i][lane] -= m[i + j * n][lane] * y[j][lane];
    for (size_t j = n; j-- > 0;) {
        CT_EACH_LANE y[j][lane] /= m[j + j * n][lane];
        for (size_t i = 0; i < j; i++) CT_EACH_LANE y[i][lane] -= m[i + j * n][lane] * y[j][lane];
    }
}

// Uᵀ Lᵀ Pᵀ y = y
CT_INLINE void NAME(solve_transposed)(size_t n, T (*m)[CT_LANES], INTEGER (*places)[CT_LANES], T (*y)[CT_LANES]) {
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) CT_EACH_LANE y[i][lane] -= m[j + i * n][lane] * y[j][lane];
        CT_EACH_LANE y[i][lane] /= m[i + i * n][lane];
    }
    for (size_t i = n; i-- > 0;)
        for (size_t j = i + 1; j < n; j++) CT_EACH_LANE y[i][lane] -= m[j + i * n][lane] * y[j][lane];
    for (size_t k = n; k-- > 0;) NAME(exchange)(n, k, places[k], y);
}

CT_INLINE void NAME(solve_all)(
    int plain, size_t count, size_t n, size_t k, const T *factors, const int32_t *pivots, T *b) {
    CT_ALIGNED T m[MOST * MOST][CT_LANES];
    CT_ALIGNED INTEGER places[MOST][CT_LANES];
    CT_ALIGNED T y[MOST][CT_LANES];
    for (size_t start = 0; start < count; start += CT_LANES) {
        const size_t left = count - start, some = left < CT_LANES ? left : CT_LANES;
        const T *block = factors + start * n * n;
        for (size_t e = 0; e < n * n; e++)
            for (size_t lane = 0; lane < CT_LANES; lane++) m[e][lane] = lane < some ? block[lane * n * n + e] : 1;
        for (size_t e = 0; e < n; e++)
            for (size_t lane = 0; lane < CT_LANES; lane++)
                places[e][lane] = lane < some ? pivots[(start + lane) * n + e] - 1 : (INTEGER)e;
        T *target = b + start * n * k;
        for (size_t column = 0; column < k; column++, target++) {
            for (size_t i = 0; i < n; i++)
                for (size_t lane = 0; lane < CT_LANES; lane++)
                    y[i][lane] = lane < some ? target[(lane * n + i) * k] : 0;
            if (plain) NAME(solve_plain)(n, m, places, y);
            else NAME(solve_transposed)(n, m, places, y);
            for (size_t lane = 0; lane < some; lane++)
                for (size_t i = 0; i < n; i++) target[(lane * n + i) * k] = y[i][lane];
        }
    }
}

CT_CLONES void NAME(ct_small_lu)(size_t count, size_t n, T *a, int32_t *pivots, int32_t *info) {
    // Loops of a known length stay in registers.
    switch (n) {
    case 1: NAME(factor_all)(count, 1, a, pivots, info); break;
    case 2: NAME(factor_all)(count, 2, a, pivots, info); break;
    case 3: NAME(factor_all)(count, 3, a, pivots, info); break;
    case 4: NAME(factor_all)(count, 4, a, pivots, info); break;
    default: NAME(factor_all)(count, n, a, pivots, info);
    }
}

CT_CLONES void NAME(ct_small_lu_solve)(
    int plain, size_t count, size_t n, size_t k, const T *factors, const int32_t *pivots, T *b) {
    switch (n) {
    case 1: NAME(solve_all)(plain, count, 1, k, factors, pivots, b); break;
    case 2: NAME(solve_all)(plain, count, 2, k, factors, pivots, b); break;
    case 3: NAME(solve_all)(plain, count, 3, k, factors, pivots, b); break;
    case 4: NAME(solve_all)(plain, count, 4, k, factors, pivots, b); break;
    default: NAME(solve_all)(plain, count, n, k, factors, pivots, b);
    }
}
