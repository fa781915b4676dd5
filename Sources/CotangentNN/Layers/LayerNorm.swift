import CotangentTensor

/// Layer normalisation: the elements over the last axes with mean 0 and variance 1, then each times its `weight`, plus
/// its `bias`: [..., normalizedShape] → the same. The same in training and in inference.
///
///     y = (x − mean) / √(variance + epsilon) · weight + bias
///
/// `weight` and `bias` are of `normalizedShape`, 1 and 0 at first; absent without `affine`, the bias also without
/// `bias`. (J. L. Ba, J. R. Kiros, G. E. Hinton, "Layer normalization", 2016.)
public struct LayerNorm: Layer, DescribedModule {
    public let normalizedShape: Shape
    public let epsilon: Double
    public let weight: Parameter?
    public let bias: Parameter?

    public init(
        _ normalizedShape: Shape, epsilon: Double = 1e-5, affine: Bool = true, bias: Bool = true,
        dtype: DType = .float32
    ) {
        guard normalizedShape.rank > 0, normalizedShape.allSatisfy({ $0 > 0 }), epsilon >= 0 else {
            fail(
                "LayerNorm",
                "shape \(normalizedShape) with epsilon \(epsilon): lengths must be positive, epsilon not negative")
        }
        self.normalizedShape = normalizedShape
        self.epsilon = epsilon
        weight = affine ? Parameter(Tensor.ones(normalizedShape, dtype: dtype)) : nil
        self.bias = affine && bias ? Parameter(Tensor.zeros(normalizedShape, dtype: dtype)) : nil
    }

    /// Over the last axis, of length `size`.
    public init(
        _ size: Int, epsilon: Double = 1e-5, affine: Bool = true, bias: Bool = true, dtype: DType = .float32
    ) {
        self.init([size], epsilon: epsilon, affine: affine, bias: bias, dtype: dtype)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        observed(
            layerNorm(x, normalizedShape: normalizedShape, weight: weight?.value, bias: bias?.value, epsilon: epsilon))
    }

    package var summaryName: String {
        "LayerNorm(\(normalizedShape.map(String.init).joined(separator: " × "))\(weight != nil && bias == nil ? ", no bias" : ""))"
    }
}
