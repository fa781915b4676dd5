#ifndef COTANGENT_CBLAS_SHIM_H
#define COTANGENT_CBLAS_SHIM_H

// pkg-config's openblas.pc adds the folder that holds OpenBLAS's own cblas.h.
#include <cblas.h>

#endif
