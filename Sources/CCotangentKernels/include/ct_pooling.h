#ifndef CT_POOLING_H
#define CT_POOLING_H

#include <stddef.h>
#include <stdint.h>

// Pooling over planes of three axes (depth, height, width; an image has one slice, a signal one row): x is
// [planes][input…], y [planes][output…]. Window o of an axis begins at o · stride − before and has `kernel` places,
// `dilation` apart. Every window has a place inside of the input: the caller has checked it.
typedef struct {
    size_t input[3], output[3], kernel[3], stride[3], before[3], after[3], dilation[3];
} ct_pool_window;

// y = the largest place inside of the input of each window. Which place of the window that is, in row-major order, goes
// to `codes` (where the kernel has at most 256), and where it lies in the input's plane to `positions`; either may be
// null. The first of equals wins, and the last NaN.
void ct_max_pool_f32(const ct_pool_window *window, size_t planes, const float *x, float *y, uint8_t *codes,
                     int64_t *positions);
void ct_max_pool_f64(const ct_pool_window *window, size_t planes, const double *x, double *y, uint8_t *codes,
                     int64_t *positions);

// dx = the sum of dy over the windows that a place has won. dx is written whole.
void ct_max_pool_gradient_f32(const ct_pool_window *window, size_t planes, const uint8_t *codes, const float *dy,
                              float *dx);
void ct_max_pool_gradient_f64(const ct_pool_window *window, size_t planes, const uint8_t *codes, const double *dy,
                              double *dx);

// Codes as positions.
void ct_max_pool_positions(const ct_pool_window *window, size_t planes, const uint8_t *codes, int64_t *positions);

// The same with windows that cover the input evenly: window o of an axis is ⌊o n / m⌋ ..< ⌈(o + 1) n / m⌉ for an input
// of n and an output of m. Only `input` and `output` are read. `positions` may be null.
void ct_adaptive_max_pool_f32(const ct_pool_window *window, size_t planes, const float *x, float *y,
                              int64_t *positions);
void ct_adaptive_max_pool_f64(const ct_pool_window *window, size_t planes, const double *x, double *y,
                              int64_t *positions);

// y = the sum of each window's places inside of the input, divided by `divisor`, or where that is 0 by their number;
// with `counts_padding` by that of the places inside of the padded input. Dilations are 1.
void ct_average_pool_f32(const ct_pool_window *window, int counts_padding, double divisor, size_t planes,
                         const float *x, float *y);
void ct_average_pool_f64(const ct_pool_window *window, int counts_padding, double divisor, size_t planes,
                         const double *x, double *y);
// dx = the sum of dy over the windows that hold a place, each divided as above. dx is written whole.
void ct_average_pool_gradient_f32(const ct_pool_window *window, int counts_padding, double divisor, size_t planes,
                                  const float *dy, float *dx);
void ct_average_pool_gradient_f64(const ct_pool_window *window, int counts_padding, double divisor, size_t planes,
                                  const double *dy, double *dx);

#endif
