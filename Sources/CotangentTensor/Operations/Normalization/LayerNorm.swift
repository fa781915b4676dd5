/// Layer normalisation: the elements over the last axes, those of `normalizedShape`, with mean 0 and variance 1, then
/// each times its weight, plus its bias.
///
///     y = (x − mean) / √(variance + ε) · weight + bias
///
/// x is [..., normalizedShape], weight and bias are of `normalizedShape`. The variance is divided by the number of
/// elements. A mean that is large against the deviation costs no digits. (J. L. Ba, J. R. Kiros, G. E. Hinton, "Layer
/// normalization", 2016.)
public func layerNorm(
    _ x: Tensor, normalizedShape: Shape, weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = 1e-5
) -> Tensor {
    let axes = normalizedShape.rank
    guard axes > 0, x.rank >= axes, Array(x.shape.suffix(axes)) == normalizedShape.dimensions,
        x.dtype.isFloatingPoint, affineFits(x, weight, bias, normalizedShape)
    else {
        return rejectNormalization(
            "layerNorm", x, weight, bias,
            "its last axes must be \(normalizedShape), in floating point, and weight and bias of that shape and its dtype"
        )
    }
    return normalize("layerNorm", x, .ofLastAxes(axes, of: x.shape), weight, bias, epsilon).value
}
