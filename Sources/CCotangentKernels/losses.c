#include "ct_losses.h"
#include "vector_math.h"

// A row's largest value is subtracted before e^x; the row stays in the first-level cache between the passes.
// Short rows are the common case: blocks of CT_LANES, the last one filled up with −∞, whose e^x is 0.
CT_INLINE const float *filled(const float *x, size_t left, float padded[CT_LANES]) {
    if (left >= CT_LANES) return x;
    // A load with zeros beyond the end is one instruction.
    CT_EACH_LANE padded[lane] = (lane < left ? x[lane] : 0.0f) + (lane < left ? 0.0f : -INFINITY);
    return padded;
}

typedef float lanes_16 __attribute__((vector_size(64)));

typedef float lanes_8 __attribute__((vector_size(32)));
typedef float lanes_4 __attribute__((vector_size(16)));
#define LOWER_8(v) __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7)
#define UPPER_8(v) __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15)
#define LOWER_4(v) __builtin_shufflevector(v, v, 0, 1, 2, 3)
#define UPPER_4(v) __builtin_shufflevector(v, v, 4, 5, 6, 7)
#define SWAP_2(v) __builtin_shufflevector(v, v, 2, 3, 0, 1)

CT_INLINE float largest_of(const float *x) {
    lanes_16 v;
    __builtin_memcpy(&v, x, sizeof v);
    lanes_8 eight = __builtin_elementwise_max(LOWER_8(v), UPPER_8(v));
    lanes_4 four = __builtin_elementwise_max(LOWER_4(eight), UPPER_4(eight));
    lanes_4 two = __builtin_elementwise_max(four, SWAP_2(four));
    return two[0] > two[1] ? two[0] : two[1];
}

CT_INLINE float sum_of(const float *x) {
    lanes_16 v;
    __builtin_memcpy(&v, x, sizeof v);
    lanes_8 eight = LOWER_8(v) + UPPER_8(v);
    lanes_4 four = LOWER_4(eight) + UPPER_4(eight);
    lanes_4 two = four + SWAP_2(four);
    return two[0] + two[1];
}

// Returns Σ e^(x − max); y, where not null, gets the softmax. The exponentials of a row that fits one block never
// leave the registers. A maximum skips NaNs, the sum does not.
CT_INLINE float short_row(size_t n, const float *x, float *y, float *max) {
    CT_ALIGNED float padded[CT_LANES], e[CT_LANES];
    const float *from = filled(x, n, padded);
    const float top = largest_of(from);
    CT_EACH_LANE e[lane] = ct_exp_value(from[lane] - top);
    const float sum = sum_of(e);
    if (y) {
        CT_EACH_LANE if (lane < n) y[lane] = e[lane] / sum;
    }
    *max = top;
    return sum;
}

CT_INLINE float long_row(size_t n, const float *x, float *y, float *max) {
    CT_ALIGNED float best[CT_LANES], sums[CT_LANES], padded[CT_LANES], e[CT_LANES];
    CT_EACH_LANE best[lane] = -INFINITY;
    for (size_t start = 0; start < n; start += CT_LANES) {
        const float *from = filled(x + start, n - start, padded);
        CT_EACH_LANE best[lane] = from[lane] > best[lane] ? from[lane] : best[lane];
    }
    const float top = largest_of(best);
    // Each lane adds up 64 blocks, float64 the results: rows of a vocabulary's length keep their last digits.
    double sum = 0.0;
    for (size_t part = 0; part < n; part += 64 * CT_LANES) {
        const size_t end = n - part < 64 * CT_LANES ? n : part + 64 * CT_LANES;
        CT_EACH_LANE sums[lane] = 0.0f;
        for (size_t start = part; start < end; start += CT_LANES) {
            const size_t left = n - start;
            const float *from = filled(x + start, left, padded);
            CT_EACH_LANE {
                e[lane] = ct_exp_value(from[lane] - top);
                sums[lane] += e[lane];
            }
            if (y && left >= CT_LANES) {
                __builtin_memcpy(y + start, e, sizeof e);
            } else if (y) {
                CT_EACH_LANE if (lane < left) y[start + lane] = e[lane];
            }
        }
        sum += sum_of(sums);
    }
    if (y) {
        const float share = (float)(1.0 / sum);
        CT_VECTORISE
        for (size_t j = 0; j < n; j++) y[j] = y[j] * share;
    }
    *max = top;
    return (float)sum;
}

// Logarithms are taken of CT_LANES rows at once.
CT_CLONES void ct_softmax_cross_entropy_f32(size_t rows, size_t n, const float *x, const int64_t *labels,
                                            int64_t ignored, float *probabilities, float *losses) {
    CT_ALIGNED float sums[CT_LANES], differences[CT_LANES];
    for (size_t start = 0; start < rows; start += CT_LANES) {
        const size_t left = rows - start < CT_LANES ? rows - start : CT_LANES;
        CT_EACH_LANE sums[lane] = 1.0f;
        CT_EACH_LANE differences[lane] = 0.0f;
        for (size_t r = 0; r < left; r++) {
            const float *row = x + (start + r) * n;
            float *out = probabilities ? probabilities + (start + r) * n : 0;
            const int64_t label = labels[start + r];
            const float picked = label == ignored ? 0.0f : row[label];
            float max;
            const float sum = n <= CT_LANES ? short_row(n, row, out, &max) : long_row(n, row, out, &max);
            if (label == ignored) continue;
            sums[r] = sum;
            differences[r] = max - picked;
        }
        CT_EACH_LANE sums[lane] = ct_log_value(sums[lane]) + differences[lane];
        for (size_t r = 0; r < left; r++) losses[start + r] = sums[r];
    }
}

void ct_softmax_cross_entropy_f64(size_t rows, size_t n, const double *x, const int64_t *labels, int64_t ignored,
                                  double *probabilities, double *losses) {
    for (size_t r = 0; r < rows; r++) {
        const double *row = x + r * n;
        const double picked = labels[r] == ignored ? 0.0 : row[labels[r]];
        double max = -INFINITY, sum = 0.0;
        for (size_t j = 0; j < n; j++) max = row[j] > max ? row[j] : max;
        for (size_t j = 0; j < n; j++) {
            const double e = exp(row[j] - max);
            if (probabilities) probabilities[r * n + j] = e;
            sum += e;
        }
        if (probabilities)
            for (size_t j = 0; j < n; j++) probabilities[r * n + j] /= sum;
        losses[r] = labels[r] == ignored ? 0.0 : log(sum) + (max - picked);
    }
}

// dx may be `probabilities`: the label's own is read before.
#define GRADIENT(suffix, T)                                                                                        \
    CT_CLONES void ct_softmax_cross_entropy_gradient_##suffix(size_t rows, size_t n, const T *probabilities,       \
                                                              const int64_t *labels, int64_t ignored, T scale,     \
                                                              T *dx) {                                             \
        for (size_t r = 0; r < rows; r++) {                                                                        \
            const T *row = probabilities + r * n;                                                                  \
            T *out = dx + r * n;                                                                                   \
            if (labels[r] == ignored) {                                                                            \
                memset(out, 0, n * sizeof(T));                                                                     \
                continue;                                                                                          \
            }                                                                                                      \
            const T picked = row[labels[r]];                                                                       \
            CT_VECTORISE                                                                                           \
            for (size_t j = 0; j < n; j++) out[j] = scale * row[j];                                                \
            out[labels[r]] = scale * (picked - 1);                                                                 \
        }                                                                                                          \
    }
GRADIENT(f32, float)
GRADIENT(f64, double)
