#ifndef CT_OPTIMIZERS_H
#define CT_OPTIMIZERS_H

#include <stddef.h>

// One pass over a parameter, its gradient and the optimizer's state, in the order of arithmetic of
// PyTorch's torch.optim (single-tensor form). `p` and state are updated in place, `g` is only read.
#define CT_OPTIMIZER(suffix, T)                                                                                 \
    /* first != 0: the momentum buffer starts as the gradient (no dampening), as in PyTorch */                  \
    void ct_sgd_##suffix(size_t n, T *p, const T *g, T learning_rate, T weight_decay);                          \
    void ct_sgd_momentum_##suffix(size_t n, T *p, const T *g, T *velocity, T learning_rate, T momentum,         \
                                  double dampening, T weight_decay, int nesterov, int first);                   \
    /* decoupled != 0: AdamW. `largest` is AMSGrad's running maximum of v, or null. step counts from 1. */      \
    void ct_adam_##suffix(size_t n, T *p, const T *g, T *m, T *v, T *largest, double learning_rate,             \
                          double beta1, double beta2, double epsilon, double weight_decay, int decoupled,       \
                          long step);                                                                           \
    /* `velocity` null: no momentum; `mean` null: not centred */                                                \
    void ct_rmsprop_##suffix(size_t n, T *p, const T *g, T *v, T *mean, T *velocity, T learning_rate,           \
                             double alpha, T epsilon, T momentum, T weight_decay);                              \
    void ct_adagrad_##suffix(size_t n, T *p, const T *g, T *sum, double learning_rate, double rate_decay,       \
                             T epsilon, T weight_decay, long step);                                             \
    void ct_adadelta_##suffix(size_t n, T *p, const T *g, T *v, T *delta, T learning_rate, double rho, T epsilon,\
                              T weight_decay);
CT_OPTIMIZER(f32, float)
CT_OPTIMIZER(f64, double)
#undef CT_OPTIMIZER

#endif
