#ifndef CT_CONVOLUTION_H
#define CT_CONVOLUTION_H

#include <stddef.h>
#include <stdint.h>

// A window that moves over planes. Always three axes: depth, height, width.
typedef struct {
    ptrdiff_t input[3], output[3], kernel[3], stride[3], before[3], dilation[3];
} ct_window;

// The output positions depth, rows row..<row + rows, columns column..<column + columns of one plane.
typedef struct {
    ptrdiff_t depth, row, rows, column, columns;
} ct_panel;

// Elements of the scratch that the functions on columns need.
size_t ct_columns_scratch(const ct_window *window, const ct_panel *panel);

// What the window sees, a column a position (im2col):
// columns[c][kd][kh][kw][row][column], a line for each element of the kernel in each channel, `line` elements apart.
// Behind the last line up to CT_COLUMNS_SLACK more elements may be overwritten.
enum { CT_COLUMNS_SLACK = 16 };
void ct_columns_f32(const ct_window *window, const ct_panel *panel, size_t channels, const float *x, float *scratch,
                    float *columns, size_t line);
void ct_columns_f64(const ct_window *window, const ct_panel *panel, size_t channels, const double *x, double *scratch,
                    double *columns, size_t line);

// The adjoint (col2im): adds each column's elements to the places of x that they came from.
void ct_add_columns_f32(const ct_window *window, const ct_panel *panel, size_t channels, const float *columns,
                        size_t line, float *scratch, float *x);
void ct_add_columns_f64(const ct_window *window, const ct_panel *panel, size_t channels, const double *columns,
                        size_t line, double *scratch, double *x);

// y[r][j] = y[r][j] + bias[r] where there is a bias, then ReLU where asked: rows are channels here.
void ct_channel_bias_f32(size_t rows, size_t columns, const float *bias, int relu, float *y, size_t line);
void ct_channel_bias_f64(size_t rows, size_t columns, const double *bias, int relu, double *y, size_t line);

#endif
