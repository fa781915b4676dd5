#include "clones.h"
#include "ct_elementwise.h"

// Not in place: the two types' sizes differ.
#define CAST(from, F, to, T, expression)                                                       \
    CT_CLONES void ct_cast_##from##_##to(size_t n, const F *restrict x, T *restrict y) {       \
        for (size_t i = 0; i < n; i++) {                                                       \
            const F v = x[i];                                                                  \
            y[i] = expression;                                                                 \
        }                                                                                      \
    }

// C leaves the conversion of what does not fit undefined. 2⁶³ is a floating-point number, 2⁶³ − 1 is not.
#define SATURATED(v) (v >= -0x1p63 && v < 0x1p63 ? (int64_t)v : v >= 0x1p63 ? INT64_MAX : v < 0 ? INT64_MIN : 0)

CAST(f32, float, f64, double, v)
CAST(f32, float, i64, int64_t, SATURATED(v))
CAST(f32, float, u8, uint8_t, v != 0)
CAST(f64, double, f32, float, (float)v)
CAST(f64, double, i64, int64_t, SATURATED(v))
CAST(f64, double, u8, uint8_t, v != 0)
CAST(i64, int64_t, f32, float, (float)v)
CAST(i64, int64_t, f64, double, (double)v)
CAST(i64, int64_t, u8, uint8_t, v != 0)
CAST(u8, uint8_t, f32, float, v)
CAST(u8, uint8_t, f64, double, v)
CAST(u8, uint8_t, i64, int64_t, v)
