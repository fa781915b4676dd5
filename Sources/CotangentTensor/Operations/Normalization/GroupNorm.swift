/// Group normalisation: the channels of each element of the batch in `groups` equal groups of neighbours, each with
/// mean 0 and variance 1 over its channels and all spatial axes; then each channel times its weight, plus its bias.
///
///     y = (x − mean) / √(variance + ε) · weight + bias
///
/// x is [batch, channels, …], weight and bias are [channels]. (Y. Wu, K. He, "Group normalization", 2018.)
public func groupNorm(
    _ x: Tensor, groups: Int, weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = 1e-5
) -> Tensor {
    guard x.rank >= 2, groups > 0, x.shape[1] % groups == 0, x.dtype.isFloatingPoint,
        affineFits(x, weight, bias, [x.shape[1]])
    else {
        return rejectNormalization(
            "groupNorm", x, weight, bias,
            "it must be [batch, channels, …] in floating point, with channels that \(groups) groups divide, and weight and bias [channels] in its dtype"
        )
    }
    return normalize("groupNorm", x, .ofGroups(x.shape, groups: groups), weight, bias, epsilon).value
}

/// Instance normalisation: each channel of each element of the batch with mean 0 and variance 1 over the spatial axes:
/// ``groupNorm(_:groups:weight:bias:epsilon:)`` with groups of one channel.
///
/// x is [batch, channels, …] with more than one spatial element; otherwise it traps, since nothing would be left. (D.
/// Ulyanov, A. Vedaldi, V. Lempitsky, "Instance normalization", 2016.)
public func instanceNorm(_ x: Tensor, weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = 1e-5) -> Tensor {
    instanceNormWithFigures(x, weight, bias, epsilon).value
}

/// The same, with the mean and the variance of each element's channels as float64 [batch · channels, 2]; nil where
/// there are none.
package func instanceNormWithFigures(
    _ x: Tensor, _ weight: Tensor?, _ bias: Tensor?, _ epsilon: Double
) -> (value: Tensor, figures: Tensor?) {
    guard x.rank >= 3, x.dtype.isFloatingPoint, affineFits(x, weight, bias, [x.shape[1]]) else {
        return (
            rejectNormalization(
                "instanceNorm", x, weight, bias,
                "it must be [batch, channels, …] with spatial axes, in floating point, weight and bias [channels] in its dtype"
            ), nil
        )
    }
    let sets = NormalizedSets.ofGroups(x.shape, groups: Swift.max(1, x.shape[1]))
    guard sets.size != 1 else {
        return (reject("instanceNorm", "expected more than 1 spatial element, got \(x.summary)", meant: x), nil)
    }
    let (value, figures) = normalize("instanceNorm", x, sets, weight, bias, epsilon)
    return (value, x.count == 0 || figures.isAbstract ? nil : figures)
}
