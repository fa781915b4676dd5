import CotangentBLAS

/// Batch normalisation as in training: each channel of the batch with mean 0 and variance 1, then times its weight,
/// plus its bias.
///
///     y = (x − mean) / √(variance + ε) · weight + bias
///
/// x is [batch, channels, …]; mean and variance (divided by their number of values) are each channel's over all other
/// axes, and the gradient passes through them. Weight and bias are [channels]. A mean that is large against the
/// deviation costs no digits. A channel of one value traps: nothing would be left of it. An empty batch gives an empty
/// result. (S. Ioffe, C. Szegedy, "Batch normalization", 2015.)
public func batchNorm(_ x: Tensor, weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = 1e-5) -> Tensor {
    batchNormWithFigures(x, weight, bias, epsilon).value
}

/// The same, with the channels' mean and variance as float64 [channels, 2]; nil where there is no batch.
package func batchNormWithFigures(
    _ x: Tensor, _ weight: Tensor?, _ bias: Tensor?, _ epsilon: Double
) -> (value: Tensor, figures: Tensor?) {
    guard x.rank >= 2, x.dtype.isFloatingPoint, affineFits(x, weight, bias, [x.shape[1]]) else {
        return (rejectBatchNorm(x, weight, bias), nil)
    }
    let sets = NormalizedSets.ofBatch(x.shape)
    guard sets.size != 1 || sets.count == 0 else {
        return (
            reject("batchNorm", "expected more than 1 value per channel in training, got \(x.summary)", meant: x), nil
        )
    }
    let (value, figures) = normalize("batchNorm", x, sets, weight, bias, epsilon)
    return (value, x.count == 0 || figures.isAbstract ? nil : figures)
}

/// Batch normalisation as in inference: by a mean and a variance that are given, [channels] each.
///
///     y = (x − mean) / √(variance + ε) · weight + bias
///
/// See ``batchNorm(_:weight:bias:epsilon:)``.
public func batchNorm(
    _ x: Tensor, mean: Tensor, variance: Tensor, weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = 1e-5
) -> Tensor {
    guard x.rank >= 2, x.dtype.isFloatingPoint, affineFits(x, weight, bias, [x.shape[1]]) else {
        return rejectBatchNorm(x, weight, bias)
    }
    guard affineFits(x, mean, variance, [x.shape[1]]) else {
        return reject(
            "batchNorm",
            "the input is \(x.summary), the mean \(mean.summary), the variance \(variance.summary): they must be [\(x.shape[1])], one for each channel, in the input's dtype",
            meant: x)
    }
    guard Tape.recording(mean, variance) == nil else {
        let shape = Shape([1, x.shape[1]] + Array(repeating: 1, count: x.rank - 2))
        let scale = weight.map { $0 * rsqrt(variance + epsilon) } ?? rsqrt(variance + epsilon)
        let y = (x - mean.reshaped(shape)) * scale.reshaped(shape)
        return bias.map { y + $0.reshaped(shape) } ?? y
    }
    let given = stack([mean.detached, variance.detached], axis: 1).cast(to: .float64)
    return normalize("batchNorm", x, .ofBatch(x.shape), weight, bias, epsilon, given: given).value
}

@inline(never)
private func rejectBatchNorm(_ x: Tensor, _ weight: Tensor?, _ bias: Tensor?) -> Tensor {
    rejectNormalization(
        "batchNorm", x, weight, bias,
        "it must be [batch, channels, …] in floating point, weight and bias [channels] in its dtype")
}
