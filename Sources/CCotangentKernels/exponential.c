#include "ct_elementwise.h"
#include "vector_math.h"

#define MAP_F32(name, expression) \
    CT_CLONES void ct_##name##_f32(size_t n, const float *x, float *y) { CT_MAP_LANES(float, n, x, y, v, expression) }

CT_CLONES void ct_exp_f32(size_t n, const float *x, float *y) {
    CT_MAP_LANES_IF(float, n, x, y, v, __builtin_fabsf(v) <= CT_EXP_NORMAL, ct_exp_normal(v), ct_exp_value(v))
}
CT_CLONES void ct_log_f32(size_t n, const float *x, float *y) {
    CT_MAP_LANES_IF(float, n, x, y, v, ct_is_positive_normal(v), ct_log_normal(v, 0), ct_log_value(v))
}
MAP_F32(expm1, ct_expm1_value(v))
MAP_F32(log1p, ct_log1p_value(v))
MAP_F32(tanh, ct_tanh_value(v))

// float64 goes through the C library: accuracy first.
#define MAP_F64(name)                                              \
    void ct_##name##_f64(size_t n, const double *x, double *y) {   \
        for (size_t i = 0; i < n; i++) y[i] = name(x[i]);          \
    }

MAP_F64(exp)
MAP_F64(expm1)
MAP_F64(log)
MAP_F64(log1p)
MAP_F64(tanh)
