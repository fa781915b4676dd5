import CotangentTensor

/// Group normalisation: the channels of each element of the batch in `groups` equal groups, each with mean 0 and
/// variance 1 over its channels and all spatial axes; then each channel times `weight`, plus `bias`. The same in
/// training and in inference.
///
///     y = (x − mean) / √(variance + epsilon) · weight + bias
///
/// [batch, channels, …] → the same; `weight` and `bias` are [channels], 1 and 0 at first, absent without `affine`.
/// (Y. Wu, K. He, "Group normalization", 2018.)
public struct GroupNorm: Layer, DescribedModule {
    public let groups: Int
    public let channels: Int
    public let epsilon: Double
    public let weight: Parameter?
    public let bias: Parameter?

    public init(
        _ groups: Int, _ channels: Int, epsilon: Double = 1e-5, affine: Bool = true, dtype: DType = .float32
    ) {
        guard groups > 0, channels > 0, channels % groups == 0, epsilon >= 0 else {
            fail(
                "GroupNorm",
                "\(groups) groups of \(channels) channels with epsilon \(epsilon): both must be positive, the first divide the second, and epsilon not be negative"
            )
        }
        self.groups = groups
        self.channels = channels
        self.epsilon = epsilon
        weight = affine ? Parameter(Tensor.ones([channels], dtype: dtype)) : nil
        bias = affine ? Parameter(Tensor.zeros([channels], dtype: dtype)) : nil
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        let (weight, bias) = (weight?.value, bias?.value)
        guard x.rank >= 2, x.shape[1] == channels else {
            return observed(
                reject("GroupNorm", "the input is \(x.summary), not [batch, \(channels), …]", meant: x))
        }
        return observed(groupNorm(x, groups: groups, weight: weight, bias: bias, epsilon: epsilon))
    }

    package var summaryName: String { "GroupNorm(\(groups) of \(channels))" }
}
