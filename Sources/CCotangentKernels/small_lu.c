// LU factors of many small matrices, a lane each. Rows are exchanged without branches: which lane takes which pivot
// differs, so every row below is looked at and exchanged where it is the pivot.

#include "ct_linear_algebra.h"
#include "clones.h"

#define MOST CT_SMALL_LU_MOST

#define T float
#define INTEGER int32_t
#define NAME(name) name##_f32
#include "small_lu_template.h"
#undef T
#undef INTEGER
#undef NAME

#define T double
#define INTEGER int64_t
#define NAME(name) name##_f64
#include "small_lu_template.h"
