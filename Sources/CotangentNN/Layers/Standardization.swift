import CotangentTensor

/// (x − mean) / deviation, feature by feature, as a part of the model: what it was trained on and what it is given later
/// are scaled alike, and the figures are saved with the weights.
///
/// Features are the axes behind the batch's: `mean` and `deviation` are [features] for x [batch, features], or anything
/// that broadcasts against one sample, [channels, 1, 1] for images. They are buffers, taken from the training samples
/// alone; a feature that does not vary has the deviation 1.
public struct Standardization: Layer, DescribedModule {
    public let mean: Buffer
    public let deviation: Buffer

    /// - Parameter deviation: no element may be 0.
    public init(mean: Tensor, deviation: Tensor) {
        (self.mean, self.deviation) = scalingBuffers("Standardization", mean, deviation)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor { observed((x - mean.value) / deviation.value) }

    package var summaryName: String { "Standardization(\(mean.value.shape))" }
}

/// x · deviation + mean: a model behind it gives its results in their own units while it learns in standardised ones.
public struct Rescaling: Layer, DescribedModule {
    public let mean: Buffer
    public let deviation: Buffer

    /// - Parameter deviation: no element may be 0.
    public init(mean: Tensor, deviation: Tensor) {
        (self.mean, self.deviation) = scalingBuffers("Rescaling", mean, deviation)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor { observed(x * deviation.value + mean.value) }

    package var summaryName: String { "Rescaling(\(mean.value.shape))" }
}

private func scalingBuffers(_ layer: String, _ mean: Tensor, _ deviation: Tensor) -> (Buffer, Buffer) {
    guard mean.shape == deviation.shape, mean.dtype == deviation.dtype, mean.dtype.isFloatingPoint else {
        fail(
            layer,
            "the mean is \(mean.summary), the deviation \(deviation.summary): both must be of one floating-point dtype and one shape"
        )
    }
    return (Buffer(mean), Buffer(deviation))
}
