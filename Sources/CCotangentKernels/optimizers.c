#include "ct_optimizers.h"
#include "clones.h"
#include <math.h>

// The order of arithmetic is that of torch.optim's single-tensor forms (PyTorch 2.13), operation by operation:
//   add(b, alpha)          a + alpha b       fused
//   lerp(b, w), w < 1/2    a + w (b − a)     fused
//   lerp(b, w), otherwise  b + (w − 1)(b − a) fused
//   addcmul(b, c, value)   a + (value b) c   fused
//   addcdiv(b, c, value)   a + (value b) / c not fused
// (found by comparing bits with its vector kernels; where the CPU cannot fuse, nothing is). Scalars are computed in
// float64 before they are rounded.
#pragma clang fp contract(off)

#define OPTIMIZERS(suffix, T)                                                                                       \
    CT_INLINE T fused_##suffix(T a, T b, T c) {                                                                     \
        _Pragma("clang fp contract(on)") return a * b + c;                                                          \
    }                                                                                                               \
    CT_INLINE T lerp_##suffix(T a, T b, T weight) {                                                                 \
        return weight < (T)0.5 ? fused_##suffix(weight, b - a, a) : fused_##suffix(weight - 1, b - a, b);           \
    }                                                                                                               \
    CT_INLINE T decayed_##suffix(T g, T p, T weight_decay) {                                                        \
        return weight_decay != 0 ? fused_##suffix(weight_decay, p, g) : g;                                          \
    }                                                                                                               \
                                                                                                                    \
    CT_CLONES void ct_sgd_##suffix(size_t n, T *p, const T *g, T learning_rate, T weight_decay) {                   \
        CT_VECTORISE                                                                                                \
        for (size_t i = 0; i < n; i++)                                                                              \
            p[i] = fused_##suffix(-learning_rate, decayed_##suffix(g[i], p[i], weight_decay), p[i]);                \
    }                                                                                                               \
                                                                                                                    \
    CT_CLONES void ct_sgd_momentum_##suffix(size_t n, T *p, const T *g, T *velocity, T learning_rate, T momentum,   \
                                            double dampening, T weight_decay, int nesterov, int first) {            \
        const T share = (T)(1 - dampening);                                                                         \
        CT_VECTORISE                                                                                                \
        for (size_t i = 0; i < n; i++) {                                                                            \
            const T gradient = decayed_##suffix(g[i], p[i], weight_decay);                                          \
            const T next = fused_##suffix(share, gradient, velocity[i] * momentum);                                 \
            const T v = first ? gradient : next;                                                                    \
            velocity[i] = v;                                                                                        \
            p[i] = fused_##suffix(-learning_rate, nesterov ? fused_##suffix(momentum, v, gradient) : v, p[i]);      \
        }                                                                                                           \
    }                                                                                                               \
                                                                                                                    \
    CT_INLINE void adam_##suffix(size_t n, T *p, const T *g, T *m, T *v, T *largest, T share1, T keep2, T share2,   \
                                 T step_size, T correction, T epsilon, T shrink, T coupled) {                       \
        CT_VECTORISE                                                                                                \
        for (size_t i = 0; i < n; i++) {                                                                            \
            const T value = p[i] * shrink;                                                                          \
            const T gradient = decayed_##suffix(g[i], p[i], coupled);                                               \
            const T mean = lerp_##suffix(m[i], gradient, share1);                                                   \
            const T square = fused_##suffix(share2 * gradient, gradient, v[i] * keep2);                             \
            m[i] = mean;                                                                                            \
            v[i] = square;                                                                                          \
            T used = square;                                                                                        \
            if (largest) {                                                                                          \
                used = largest[i] > square || largest[i] != largest[i] ? largest[i] : square;                       \
                largest[i] = used;                                                                                  \
            }                                                                                                       \
            p[i] = value + step_size * mean / (__builtin_elementwise_sqrt(used) / correction + epsilon);            \
        }                                                                                                           \
    }                                                                                                               \
    CT_CLONES void ct_adam_##suffix(size_t n, T *p, const T *g, T *m, T *v, T *largest, double learning_rate,       \
                                    double beta1, double beta2, double epsilon, double weight_decay, int decoupled, \
                                    long step) {                                                                    \
        const T share1 = (T)(1 - beta1), share2 = (T)(1 - beta2), keep2 = (T)beta2;                                 \
        const T step_size = (T)(-(learning_rate / (1 - pow(beta1, (double)step))));                                 \
        const T correction = (T)sqrt(1 - pow(beta2, (double)step));                                                 \
        const T shrink = decoupled ? (T)(1 - learning_rate * weight_decay) : 1;                                     \
        const T coupled = decoupled ? 0 : (T)weight_decay;                                                          \
        /* a loop for each form: a null pointer known to the compiler leaves no branch */                           \
        if (largest)                                                                                                \
            adam_##suffix(n, p, g, m, v, largest, share1, keep2, share2, step_size, correction, (T)epsilon, shrink, \
                          coupled);                                                                                 \
        else                                                                                                        \
            adam_##suffix(n, p, g, m, v, 0, share1, keep2, share2, step_size, correction, (T)epsilon, shrink, coupled);\
    }                                                                                                               \
                                                                                                                    \
    CT_INLINE void rmsprop_##suffix(size_t n, T *p, const T *g, T *v, T *mean, T *velocity, T learning_rate,        \
                                    double alpha, T epsilon, T momentum, T weight_decay) {                          \
        const T share = (T)(1 - alpha), keep = (T)alpha;                                                            \
        CT_VECTORISE                                                                                                \
        for (size_t i = 0; i < n; i++) {                                                                            \
            const T gradient = decayed_##suffix(g[i], p[i], weight_decay);                                          \
            T square = fused_##suffix(share * gradient, gradient, v[i] * keep);                                     \
            v[i] = square;                                                                                          \
            if (mean) {                                                                                             \
                const T centre = lerp_##suffix(mean[i], gradient, share);                                           \
                mean[i] = centre;                                                                                   \
                square = fused_##suffix(-centre, centre, square);                                                   \
            }                                                                                                       \
            const T root = __builtin_elementwise_sqrt(square) + epsilon;                                            \
            if (velocity) {                                                                                         \
                const T step = velocity[i] * momentum + gradient / root;                                            \
                velocity[i] = step;                                                                                 \
                p[i] = fused_##suffix(-learning_rate, step, p[i]);                                                  \
            } else {                                                                                                \
                p[i] = p[i] + -learning_rate * gradient / root;                                                     \
            }                                                                                                       \
        }                                                                                                           \
    }                                                                                                               \
    CT_CLONES void ct_rmsprop_##suffix(size_t n, T *p, const T *g, T *v, T *mean, T *velocity, T learning_rate,     \
                                       double alpha, T epsilon, T momentum, T weight_decay) {                       \
        if (mean && velocity)                                                                                       \
            rmsprop_##suffix(n, p, g, v, mean, velocity, learning_rate, alpha, epsilon, momentum, weight_decay);    \
        else if (mean)                                                                                              \
            rmsprop_##suffix(n, p, g, v, mean, 0, learning_rate, alpha, epsilon, momentum, weight_decay);           \
        else if (velocity)                                                                                          \
            rmsprop_##suffix(n, p, g, v, 0, velocity, learning_rate, alpha, epsilon, momentum, weight_decay);       \
        else rmsprop_##suffix(n, p, g, v, 0, 0, learning_rate, alpha, epsilon, momentum, weight_decay);             \
    }                                                                                                               \
                                                                                                                    \
    CT_CLONES void ct_adagrad_##suffix(size_t n, T *p, const T *g, T *sum, double learning_rate, double rate_decay, \
                                       T epsilon, T weight_decay, long step) {                                      \
        const T rate = (T)(-(learning_rate / (1 + (double)(step - 1) * rate_decay)));                               \
        CT_VECTORISE                                                                                                \
        for (size_t i = 0; i < n; i++) {                                                                            \
            const T gradient = decayed_##suffix(g[i], p[i], weight_decay);                                          \
            const T square = fused_##suffix(gradient, gradient, sum[i]);                                            \
            sum[i] = square;                                                                                        \
            p[i] = p[i] + rate * gradient / (__builtin_elementwise_sqrt(square) + epsilon);                         \
        }                                                                                                           \
    }                                                                                                               \
                                                                                                                    \
    CT_CLONES void ct_adadelta_##suffix(size_t n, T *p, const T *g, T *v, T *delta, T learning_rate, double rho,    \
                                        T epsilon, T weight_decay) {                                                \
        const T share = (T)(1 - rho), keep = (T)rho;                                                                \
        CT_VECTORISE                                                                                                \
        for (size_t i = 0; i < n; i++) {                                                                            \
            const T gradient = decayed_##suffix(g[i], p[i], weight_decay);                                          \
            const T square = fused_##suffix(share * gradient, gradient, v[i] * keep);                               \
            const T step = __builtin_elementwise_sqrt(delta[i] + epsilon) /                                         \
                           __builtin_elementwise_sqrt(square + epsilon) * gradient;                                 \
            v[i] = square;                                                                                          \
            delta[i] = fused_##suffix(share * step, step, delta[i] * keep);                                         \
            p[i] = fused_##suffix(-learning_rate, step, p[i]);                                                      \
        }                                                                                                           \
    }

OPTIMIZERS(f32, float)
OPTIMIZERS(f64, double)
