#ifndef COTANGENT_CPNG_SHIM_H
#define COTANGENT_CPNG_SHIM_H

#include <png.h>

#endif
