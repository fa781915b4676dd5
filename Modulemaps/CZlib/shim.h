#ifndef COTANGENT_CZLIB_SHIM_H
#define COTANGENT_CZLIB_SHIM_H

#include <zlib.h>

#endif
