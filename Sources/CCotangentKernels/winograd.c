#include "ct_convolution.h"
#include "row_vectors.h"
#include "transposition.h"

// Winograd's minimal filtering F(m×m, 3×3) (Lavin and Gray, "Fast algorithms for convolutional neural networks", 2016):
// tiles of m×m outputs from windows of (m + 2)², in (m + 2)² multiplications a channel instead of 9 m².
//
//     Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A
//
// and for the kernel's gradient its adjoint, dg = Gᵀ [(A dY Aᵀ) ⊙ (Bᵀ d B)] G. Summed over channels (or tiles), each
// of the elements is a product of matrices.
//
// Lanes are channels: planes are transposed on the way in and out, a band of rows at a time, so that every tile takes
// whole vectors, however small the image.
//
// The points of interpolation for m = 4 are 0, ±a, ±b and ∞ with a = 2/3, b = 3/2: a b = 1 keeps the matrices short, and
// the rounding error in float32 is half of what the usual ±1, ±2 give (measured: 8·10⁻⁷ of the result's norm for 64
// channels against 1.6·10⁻⁶; Barabasz et al., "Error analysis and improving the accuracy of Winograd convolution for deep
// neural networks", 2020, on the choice of points).

#define A 0.66666666666666666667
#define B 1.5
#define A2 (A * A)
#define B2 (B * B)
// Products of a point's distances from the others, by which G divides: 1 for 0.
#define NA (2 * A2 * (A2 - B2))
#define NB (2 * B2 * (B2 - A2))

size_t ct_winograd_scratch(const ct_winograd *w, ptrdiff_t rows) {
    const ptrdiff_t height = w->m * rows + 2, width = w->m * w->tile_columns + 2;
    // The band, a strip of m + 2 rows, and a table of the band's places.
    return (size_t)((height + w->m + 2) * width * CT_WINOGRAD_LANES + height * width + CT_WINOGRAD_LANES);
}

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define NAME(name) JOIN(name, SUFFIX)

#define T float
#define SUFFIX f32
#define N 16
#define SWAP_STEPS SWAP_STEPS16
#include "winograd_template.h"
#undef T
#undef SUFFIX
#undef N
#undef SWAP_STEPS

#define T double
#define SUFFIX f64
#define N 8
#define SWAP_STEPS SWAP_STEPS8
#include "winograd_template.h"
