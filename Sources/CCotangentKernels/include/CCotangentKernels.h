#ifndef CCOTANGENT_KERNELS_H
#define CCOTANGENT_KERNELS_H

#include "ct_convolution.h"
#include "ct_elementwise.h"
#include "ct_filtering.h"
#include "ct_linear_algebra.h"
#include "ct_losses.h"
#include "ct_memory.h"
#include "ct_movement.h"
#include "ct_normalization.h"
#include "ct_openblas.h"
#include "ct_optimizers.h"
#include "ct_pool.h"
#include "ct_pooling.h"
#include "ct_random.h"
#include "ct_recurrent.h"
#include "ct_reductions.h"
#include "ct_resampling.h"
#include "ct_residuals.h"
#include "ct_stored.h"
#include "ct_thread_state.h"

#endif
