#include "ct_recurrent.h"
#include "gate_math.h"

// A step's gates in one pass: what the products left is read once, and everything that the step back needs is written
// over it.
#pragma clang fp contract(fast)

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define NAME(name) JOIN(name, SUFFIX)

enum { TANH, RELU, SIGMOID };

#define T float
#define SUFFIX f32
#include "recurrent_template.h"
#undef T
#undef SUFFIX

#define T double
#define SUFFIX f64
#include "recurrent_template.h"
