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

// Winograd's minimal filtering F(m×m, 3×3) for m = 2 and 4: see winograd.c. Tiles of m×m outputs, in rows; a tile's
// transform has (m + 2)² elements. What is called `transforms` below holds element e of tile t for channel c at
// [e · plane + t · line + c], so that each element is a matrix [tiles, channels] with lines `line` apart.
// line is at least the number of channels rounded up to a multiple of CT_WINOGRAD_LANES; lanes past the channels are
// written and have no meaning.
enum { CT_WINOGRAD_LANES = 16 };
typedef struct {
    ptrdiff_t m;
    ptrdiff_t channels, height, width; // of the planes in memory
    ptrdiff_t top, left;               // zeros before the planes, as the first tile sees them
    ptrdiff_t tile_columns;
} ct_winograd;

// Elements of the scratch that the functions on tiles need for `rows` rows of tiles.
size_t ct_winograd_scratch(const ct_winograd *w, ptrdiff_t rows);

// The transforms of windows: of inputs, (m + 2)² elements at steps of m (Bᵀ d B), or of outputs' cotangents, m² (A d Aᵀ).
void ct_winograd_input_f32(const ct_winograd *w, ptrdiff_t row, ptrdiff_t rows, const float *x, float *scratch,
                           float *transforms, size_t plane, size_t line);
void ct_winograd_input_f64(const ct_winograd *w, ptrdiff_t row, ptrdiff_t rows, const double *x, double *scratch,
                           double *transforms, size_t plane, size_t line);
void ct_winograd_cotangent_f32(const ct_winograd *w, ptrdiff_t row, ptrdiff_t rows, const float *dy, float *scratch,
                               float *transforms, size_t plane, size_t line);
void ct_winograd_cotangent_f64(const ct_winograd *w, ptrdiff_t row, ptrdiff_t rows, const double *dy, double *scratch,
                               double *transforms, size_t plane, size_t line);

// Outputs from their transforms (Aᵀ m A), with bias by channel (may be 0) and ReLU; here the planes are the outputs.
void ct_winograd_output_f32(const ct_winograd *w, ptrdiff_t row, ptrdiff_t rows, const float *transforms, size_t plane,
                            size_t line, const float *bias, int relu, float *scratch, float *y);
void ct_winograd_output_f64(const ct_winograd *w, ptrdiff_t row, ptrdiff_t rows, const double *transforms, size_t plane,
                            size_t line, const double *bias, int relu, double *scratch, double *y);

// Transforms of kernels (G g Gᵀ), weight [outputs, inputs, 3, 3], for input channels first..<end as
// [inputs, outputs] with lines `line` apart.
void ct_winograd_weight_f32(ptrdiff_t m, size_t inputs, size_t outputs, size_t first, size_t end, const float *weight,
                            float *transforms, size_t plane, size_t line);
void ct_winograd_weight_f64(ptrdiff_t m, size_t inputs, size_t outputs, size_t first, size_t end, const double *weight,
                            double *transforms, size_t plane, size_t line);
// The same of the kernels turned by 180°, for output channels first..<end as [outputs, inputs]: of the convolution
// from cotangents to inputs.
void ct_winograd_turned_weight_f32(ptrdiff_t m, size_t inputs, size_t outputs, size_t first, size_t end,
                                   const float *weight, float *transforms, size_t plane, size_t line);
void ct_winograd_turned_weight_f64(ptrdiff_t m, size_t inputs, size_t outputs, size_t first, size_t end,
                                   const double *weight, double *transforms, size_t plane, size_t line);
// Kernels' gradients from theirs (Gᵀ u G), transforms [inputs, outputs], for input channels first..<end.
void ct_winograd_weight_gradient_f32(ptrdiff_t m, size_t inputs, size_t outputs, size_t first, size_t end,
                                     const float *transforms, size_t plane, size_t line, float *dw);
void ct_winograd_weight_gradient_f64(ptrdiff_t m, size_t inputs, size_t outputs, size_t first, size_t end,
                                     const double *transforms, size_t plane, size_t line, double *dw);

// The direct form: sums of shifted rows, see convolution_direct.c.

// A box of planes with what surrounds them, which may be zeros. Rows and columns are set apart by their remainder
// modulo the step, so that what a strided window sees along a row is a run of neighbours:
// band[c][d][rh][rw][h][w] = x[c][first₀ + d · step₀][first₁ + h · step₁ + rh][first₂ + w · step₂ + rw]
typedef struct {
    ptrdiff_t input[3];      // a plane's lengths
    ptrdiff_t first[3];      // may be negative
    ptrdiff_t count[3];      // of d, h, w
    ptrdiff_t step[3];
    ptrdiff_t remainders[2]; // of rh, rw: at most the steps
} ct_band;
// Elements of a channel of a band, and of what may be read behind the last one.
size_t ct_band_count(const ct_band *band);
enum { CT_BAND_SLACK = 64 };
void ct_band_f32(const ct_band *band, size_t channels, const float *x, float *y);
void ct_band_f64(const ct_band *band, size_t channels, const double *x, double *y);

// How many rows of a product the direct form computes at once on this CPU.
size_t ct_direct_block(void);
// packed[r / block][d · taps + t][r % block] = weight[r · row_stride + d · depth_stride + tap[t]], zero past the rows.
void ct_direct_pack_f32(size_t rows, size_t row_stride, size_t depth, size_t depth_stride, size_t taps,
                        const int32_t *tap, const float *weight, float *packed);
void ct_direct_pack_f64(size_t rows, size_t row_stride, size_t depth, size_t depth_stride, size_t taps,
                        const int32_t *tap, const double *weight, double *packed);

// A product of a packed matrix [rows, taps] with what the taps see of a box, 16 positions at a time.
typedef struct {
    size_t rows, taps, vectors;
    const int32_t *offsets; // of taps in the box
    const int32_t *places;  // of vectors in the box
    const int32_t *targets; // of vectors in a row of y; of ct_direct_correlate they follow one another
    size_t line;            // elements from one row of y to the next
    int accumulate;         // adds to what stands in y
    int relu;
    int streams;            // writes past the caches: for results that are larger than they are
} ct_direct;
// y[r][targets[v] + j] (+)= bias[r] + Σ_q packed[r][q] box[offsets[q] + places[v] + j] for j in 0..<16; bias may be 0.
void ct_direct_multiply_f32(const ct_direct *product, const float *box, const float *packed, const float *bias,
                            float *y);
void ct_direct_multiply_f64(const ct_direct *product, const double *box, const double *packed, const double *bias,
                            double *y);
// w[r][q] += Σ y[r][16 v + j] box[offsets[q] + places[v] + j] over v and j in 0..<16; rows of w are `stride` apart.
void ct_direct_correlate_f32(const ct_direct *product, const float *box, const float *y, float *w, size_t stride);
void ct_direct_correlate_f64(const ct_direct *product, const double *box, const double *y, double *w, size_t stride);

// Rows of a box of lines [rows][width] to places of an image and back:
// y[r][i · pitch + j · step] = f(x[r · line + i · width + j]) for i in 0..<height, j in 0..<columns; f adds the bias of
// row r, where there is one, and applies ReLU where asked.
void ct_direct_store_f32(size_t rows, size_t height, size_t columns, const float *x, size_t line, size_t width,
                         const float *bias, int relu, float *y, size_t plane, size_t pitch,
                         size_t step);
void ct_direct_store_f64(size_t rows, size_t height, size_t columns, const double *x, size_t line, size_t width,
                         const double *bias, int relu, double *y, size_t plane, size_t pitch,
                         size_t step);
// y[r · line + i · width + j] = x[r · plane + i · pitch + j], and zeros in the other places of each line.
void ct_direct_load_f32(size_t rows, size_t height, size_t columns, const float *x, size_t plane, size_t pitch,
                        float *y, size_t line, size_t width);
void ct_direct_load_f64(size_t rows, size_t height, size_t columns, const double *x, size_t plane, size_t pitch,
                        double *y, size_t line, size_t width);

#endif
