#ifndef COTANGENT_CLAPACKE_SHIM_H
#define COTANGENT_CLAPACKE_SHIM_H

// Swift has no C complex types; LAPACKE lets its user name others of the same layout.
typedef struct { float real, imaginary; } cotangent_complex_float;
typedef struct { double real, imaginary; } cotangent_complex_double;
#define lapack_complex_float cotangent_complex_float
#define lapack_complex_double cotangent_complex_double
#define LAPACK_COMPLEX_CUSTOM

#include <lapacke.h>

#endif
