// For T, SUFFIX: see recurrent.c.

#define V JOIN(vector, SUFFIX)
#define LANES JOIN(LANES, SUFFIX)
#define LOAD(p, v) JOIN(load, SUFFIX)(count, count, (p), 0, (v))
#define STORE(v, p) JOIN(store, SUFFIX)(count, (v), (p))

// `body` for each vector of each row of n units, from unit j on; count is constant for whole vectors.
#define EACH_VECTOR(body)                                 \
    for (size_t row = 0; row < rows; row++) {             \
        size_t j = 0;                                     \
        for (; j + LANES <= n; j += LANES) body(LANES);   \
        if (j < n) body(n - j);                           \
    }

CT_INLINE void NAME(add)(size_t count, const V *v, T *total) {
    V sum;
    LOAD(total, &sum);
    sum += *v;
    STORE(&sum, total);
}

// MARK: RNN


CT_INLINE void NAME(activate)(int activation, size_t count, T *h) {
    V x, n, d;
    LOAD(h, &x);
    if (activation == TANH) {
        NAME(tanh_fraction)(&x, &n, &d);
        x = n / d;
    } else if (activation == SIGMOID) {
        NAME(sigmoid_fraction)(&x, &n, &d);
        x = n / d;
    } else {
        x = (V)(~(JOIN(mask, SUFFIX))(x <= 0) & (JOIN(mask, SUFFIX))x); // a NaN stays
    }
    STORE(&x, h);
}

CT_INLINE void NAME(activate_rows)(int activation, size_t rows, size_t n, T *h, size_t ldh) {
#define STEP(count) NAME(activate)(activation, count, h + row * ldh + j)
    EACH_VECTOR(STEP)
#undef STEP
}

CT_CLONES void NAME(ct_rnn_step)(int activation, size_t rows, size_t n, void *h, size_t ldh) {
    if (activation == TANH) NAME(activate_rows)(TANH, rows, n, h, ldh);
    else if (activation == RELU) NAME(activate_rows)(RELU, rows, n, h, ldh);
    else NAME(activate_rows)(SIGMOID, rows, n, h, ldh);
}

CT_INLINE void NAME(rnn_gradient)(int activation, size_t count, const T *h, const T *dy, const T *dh, T *g, T *db) {
    V y, a, b;
    LOAD(h, &y);
    LOAD(dy, &a);
    LOAD(dh, &b);
    a += b;
    if (activation == TANH) a *= 1 - y * y;
    else if (activation == SIGMOID) a *= y * (1 - y);
    else a = (V)((JOIN(mask, SUFFIX))(y > 0) & (JOIN(mask, SUFFIX))a);
    STORE(&a, g);
    if (db) NAME(add)(count, &a, db);
}

CT_CLONES void NAME(ct_rnn_step_gradient)(int activation, size_t rows, size_t n, const void *h_, size_t ldh,
                                          const void *dy_, size_t lddy, const void *dh_, size_t lddh, void *g_,
                                          size_t ldg, void *db_) {
    const T *h = h_, *dy = dy_, *dh = dh_;
    T *g = g_, *db = db_;
#define STEP(count)                                                                                              \
    NAME(rnn_gradient)(activation, count, h + row * ldh + j, dy + row * lddy + j, dh + row * lddh + j,           \
                       g + row * ldg + j, db ? db + j : NULL)
    EACH_VECTOR(STEP)
#undef STEP
}

// MARK: LSTM

CT_INLINE void NAME(lstm)(size_t count, size_t gate, T *gates, const T *c, T *next, T *h) {
    V x, ni, nf, ng, no, di, df, dg, d_o, cell;
    LOAD(gates, &x);
    NAME(sigmoid_fraction)(&x, &ni, &di);
    LOAD(gates + gate, &x);
    NAME(sigmoid_fraction)(&x, &nf, &df);
    LOAD(gates + 2 * gate, &x);
    NAME(tanh_fraction)(&x, &ng, &dg);
    LOAD(gates + 3 * gate, &x);
    NAME(sigmoid_fraction)(&x, &no, &d_o);
    // All denominators are within 1…2: one division serves the four.
    V left = di * df, right = dg * d_o, inverse = 1 / (left * right);
    left *= inverse;
    right *= inverse;
    V i = ni * (right * df), f = nf * (right * di), g = ng * (left * d_o), o = no * (left * dg);
    LOAD(c, &cell);
    cell = f * cell + i * g;
    STORE(&i, gates);
    STORE(&f, gates + gate);
    STORE(&g, gates + 2 * gate);
    STORE(&o, gates + 3 * gate);
    STORE(&cell, next);
    NAME(tanh_fraction)(&cell, &ng, &dg);
    o *= ng / dg;
    STORE(&o, h);
}

CT_CLONES void NAME(ct_lstm_step)(size_t rows, size_t n, size_t gate, void *gates_, size_t ldg, const void *c_,
                                  size_t ldc, void *next_, size_t ldn, void *h_, size_t ldh) {
    const T *c = c_;
    T *gates = gates_, *next = next_, *h = h_;
#define STEP(count)                                                                                        \
    NAME(lstm)(count, gate, gates + row * ldg + j, c + row * ldc + j, next + row * ldn + j, h + row * ldh + j)
    EACH_VECTOR(STEP)
#undef STEP
}

CT_INLINE void NAME(lstm_gradient)(size_t count, size_t gate, T *gates, const T *c, const T *next, const T *dy,
                                   const T *dh, T *dc, T *db) {
    V i, f, g, o, cell, before, a, b, n, d;
    LOAD(gates, &i);
    LOAD(gates + gate, &f);
    LOAD(gates + 2 * gate, &g);
    LOAD(gates + 3 * gate, &o);
    LOAD(next, &cell);
    LOAD(c, &before);
    LOAD(dh, &a);
    if (dy) {
        LOAD(dy, &b);
        a += b;
    }
    NAME(tanh_fraction)(&cell, &n, &d);
    V squashed = n / d;
    LOAD(dc, &b);
    b += a * o * (1 - squashed * squashed);
    V dsum_o = a * squashed * o * (1 - o);
    V dsum_i = b * g * i * (1 - i);
    V dsum_f = b * before * f * (1 - f);
    V dsum_g = b * i * (1 - g * g);
    b *= f;
    STORE(&b, dc);
    STORE(&dsum_i, gates);
    STORE(&dsum_f, gates + gate);
    STORE(&dsum_g, gates + 2 * gate);
    STORE(&dsum_o, gates + 3 * gate);
    if (db) {
        NAME(add)(count, &dsum_i, db);
        NAME(add)(count, &dsum_f, db + gate);
        NAME(add)(count, &dsum_g, db + 2 * gate);
        NAME(add)(count, &dsum_o, db + 3 * gate);
    }
}

CT_CLONES void NAME(ct_lstm_step_gradient)(size_t rows, size_t n, size_t gate, void *gates_, size_t ldg,
                                           const void *c_, size_t ldc, const void *next_, size_t ldn, const void *dy_,
                                           size_t lddy, const void *dh_, size_t lddh, void *dc_, size_t lddc,
                                           void *db_) {
    const T *c = c_, *next = next_, *dy = dy_, *dh = dh_;
    T *gates = gates_, *dc = dc_, *db = db_;
#define STEP(count)                                                                                              \
    NAME(lstm_gradient)(count, gate, gates + row * ldg + j, c + row * ldc + j, next + row * ldn + j,             \
                        dy ? dy + row * lddy + j : NULL, dh + row * lddh + j, dc + row * lddc + j, db ? db + j : NULL)
    EACH_VECTOR(STEP)
#undef STEP
}

// MARK: GRU

CT_INLINE void NAME(gru)(size_t count, size_t gate, T *gates, const T *bias, const T *h, T *next) {
    V x, nr, nz, dr, dz, product, before;
    LOAD(gates + gate, &x);
    NAME(sigmoid_fraction)(&x, &nr, &dr);
    LOAD(gates + 2 * gate, &x);
    NAME(sigmoid_fraction)(&x, &nz, &dz);
    V inverse = 1 / (dr * dz);
    V r = nr * (inverse * dz), z = nz * (inverse * dr);
    LOAD(gates + 3 * gate, &product);
    if (bias) {
        LOAD(bias, &x);
        product += x;
    }
    LOAD(gates, &x);
    x += r * product;
    NAME(tanh_fraction)(&x, &nr, &dr);
    x = nr / dr;
    LOAD(h, &before);
    STORE(&x, gates);
    STORE(&r, gates + gate);
    STORE(&z, gates + 2 * gate);
    STORE(&product, gates + 3 * gate);
    x += z * (before - x);
    STORE(&x, next);
}

CT_CLONES void NAME(ct_gru_step)(size_t rows, size_t n, size_t gate, void *gates_, size_t ldg, const void *bias_,
                                 const void *h_, size_t ldh, void *next_, size_t ldn) {
    const T *bias = bias_, *h = h_;
    T *gates = gates_, *next = next_;
#define STEP(count)                                                                                    \
    NAME(gru)(count, gate, gates + row * ldg + j, bias ? bias + j : NULL, h + row * ldh + j, next + row * ldn + j)
    EACH_VECTOR(STEP)
#undef STEP
}

CT_INLINE void NAME(gru_gradient)(size_t count, size_t gate, T *gates, const T *h, const T *dy, T *dh, T *db) {
    V candidate, r, z, product, before, a, b;
    LOAD(gates, &candidate);
    LOAD(gates + gate, &r);
    LOAD(gates + 2 * gate, &z);
    LOAD(gates + 3 * gate, &product);
    LOAD(h, &before);
    LOAD(dh, &a);
    LOAD(dy, &b);
    a += b;
    V dsum_z = a * (before - candidate) * z * (1 - z);
    V dsum_n = a * (1 - z) * (1 - candidate * candidate);
    V dsum_r = dsum_n * product * r * (1 - r);
    V dproduct = dsum_n * r;
    a *= z;
    STORE(&a, dh);
    STORE(&dsum_n, gates);
    STORE(&dsum_r, gates + gate);
    STORE(&dsum_z, gates + 2 * gate);
    STORE(&dproduct, gates + 3 * gate);
    if (db) {
        NAME(add)(count, &dsum_n, db);
        NAME(add)(count, &dsum_r, db + gate);
        NAME(add)(count, &dsum_z, db + 2 * gate);
        NAME(add)(count, &dproduct, db + 3 * gate);
    }
}

CT_CLONES void NAME(ct_gru_step_gradient)(size_t rows, size_t n, size_t gate, void *gates_, size_t ldg,
                                          const void *h_, size_t ldh, const void *dy_, size_t lddy, void *dh_,
                                          size_t lddh, void *db_) {
    const T *h = h_, *dy = dy_;
    T *gates = gates_, *dh = dh_, *db = db_;
#define STEP(count)                                                                                          \
    NAME(gru_gradient)(count, gate, gates + row * ldg + j, h + row * ldh + j, dy + row * lddy + j,           \
                       dh + row * lddh + j, db ? db + j : NULL)
    EACH_VECTOR(STEP)
#undef STEP
}

#undef V
#undef LANES
#undef LOAD
#undef STORE
#undef EACH_VECTOR
