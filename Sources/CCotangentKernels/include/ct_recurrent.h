#ifndef CT_RECURRENT_H
#define CT_RECURRENT_H

#include <stddef.h>

// The element-wise part of a recurrent network's step, for `rows` sequences and `n` hidden units, forward and backward.
//
// A step's gates stand side by side in a row, each gate's units `gate` apart; rows are as far apart as each `ld…` says.
// Tensors are of float32 or float64, as the name says; their pointers are void so that one table holds both. Backward,
// dy is the cotangent of the step's output and dh what later steps add to it; the gates become the cotangents of their
// sums, which are added to `db` too, gate by gate.

#define CT_RECURRENT(suffix)                                                                                          \
    /* h = σ(h): tanh 0, ReLU 1, sigmoid 2 */                                                                         \
    void ct_rnn_step_##suffix(int activation, size_t rows, size_t n, void *h, size_t ldh);                            \
    /* g = (dy + dh) σ'(h) */                                                                                         \
    void ct_rnn_step_gradient_##suffix(int activation, size_t rows, size_t n, const void *h, size_t ldh,              \
                                       const void *dy, size_t lddy, const void *dh, size_t lddh, void *g, size_t ldg, \
                                       void *db);                                                                     \
    /* Gates i, f, g, o from their sums; c' = f c + i g, h = o tanh c'. c' may be c. */                               \
    void ct_lstm_step_##suffix(size_t rows, size_t n, size_t gate, void *gates, size_t ldg, const void *c, size_t ldc,\
                               void *next, size_t ldn, void *h, size_t ldh);                                          \
    /* dc: the cotangent of c', then of c. Without dy, dh is all. */                                                  \
    void ct_lstm_step_gradient_##suffix(size_t rows, size_t n, size_t gate, void *gates, size_t ldg, const void *c,   \
                                        size_t ldc, const void *next, size_t ldn, const void *dy, size_t lddy,        \
                                        const void *dh, size_t lddh, void *dc, size_t lddc, void *db);                \
    /* Four columns of units: the candidate's W x + b, r, z, and U h without its bias, which is `bias` (or NULL). They */\
    /* become n, r, z and U h + bias; h' = n + z (h − n). */                                                          \
    void ct_gru_step_##suffix(size_t rows, size_t n, size_t gate, void *gates, size_t ldg, const void *bias,          \
                              const void *h, size_t ldh, void *next, size_t ldn);                                     \
    /* dh: what later steps add, then what goes on past the gates. */                                                 \
    void ct_gru_step_gradient_##suffix(size_t rows, size_t n, size_t gate, void *gates, size_t ldg, const void *h,    \
                                       size_t ldh, const void *dy, size_t lddy, void *dh, size_t lddh, void *db);
CT_RECURRENT(f32)
CT_RECURRENT(f64)
#undef CT_RECURRENT

#endif
