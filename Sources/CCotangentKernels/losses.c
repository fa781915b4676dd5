#include "ct_losses.h"
#include "vector_math.h"

// A row's largest value is subtracted before e^x; the row stays in the first-level cache between the passes.
// Short rows are the common case: blocks of CT_LANES, the last one filled up with −∞, whose e^x is 0.
CT_INLINE const float *filled(const float *x, size_t left, float padded[CT_LANES]) {
    if (left >= CT_LANES) return x;
    CT_EACH_LANE padded[lane] = lane < left ? x[lane] : -INFINITY;
    return padded;
}

typedef float lanes_16 __attribute__((vector_size(64)));

CT_INLINE float largest_of(const float *x) {
    lanes_16 v;
    memcpy(&v, x, sizeof v);
    return __builtin_reduce_max(v);
}

CT_INLINE float sum_of(const float *x) {
    typedef float lanes_8 __attribute__((vector_size(32)));
    typedef float lanes_4 __attribute__((vector_size(16)));
    lanes_16 v;
    memcpy(&v, x, sizeof v);
    lanes_8 eight = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +
                    __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
    lanes_4 four = __builtin_shufflevector(eight, eight, 0, 1, 2, 3) + __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
    return (four[0] + four[2]) + (four[1] + four[3]);
}

// Returns Σ e^(x − max) and leaves e^(x − max) in y where that is not null.
CT_INLINE float exponentials(size_t n, const float *x, float *y, float *max) {
    float best[CT_LANES], sums[CT_LANES], padded[CT_LANES], e[CT_LANES];
    for (size_t lane = 0; lane < CT_LANES; lane++) {
        best[lane] = -INFINITY;
        sums[lane] = 0.0f;
    }
    for (size_t start = 0; start < n; start += CT_LANES) {
        const float *from = filled(x + start, n - start, padded);
        CT_EACH_LANE best[lane] = from[lane] > best[lane] ? from[lane] : best[lane];
    }
    const float top = largest_of(best);
    for (size_t start = 0; start < n; start += CT_LANES) {
        size_t left = n - start;
        const float *from = filled(x + start, left, padded);
        CT_EACH_LANE {
            e[lane] = ct_exp_value(from[lane] - top);
            sums[lane] += e[lane];
        }
        if (y) memcpy(y + start, e, (left < CT_LANES ? left : CT_LANES) * sizeof(float));
    }
    *max = top;
    return sum_of(sums);
}

CT_CLONES void ct_softmax_cross_entropy_f32(size_t rows, size_t n, const float *x, const int64_t *labels,
                                            int64_t ignored, float *probabilities, float *losses) {
    for (size_t r = 0; r < rows; r++) {
        const float *row = x + r * n;
        float *out = probabilities ? probabilities + r * n : 0;
        const float picked = labels[r] == ignored ? 0.0f : row[labels[r]];
        float max;
        const float sum = exponentials(n, row, out, &max);
        if (out) {
            CT_VECTORISE
            for (size_t j = 0; j < n; j++) out[j] = out[j] / sum;
        }
        losses[r] = labels[r] == ignored ? 0.0f : ct_log_value(sum) + (max - picked);
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
