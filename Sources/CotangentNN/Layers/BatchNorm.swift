import CotangentTensor

/// Batch normalisation: each channel with mean 0 and variance 1, then times `weight`, plus `bias`.
///
///     y = (x − mean) / √(variance + epsilon) · weight + bias
///
/// In training, mean and variance are those of the batch, over all axes but the channels', and the running figures
/// follow them: running = (1 − momentum) · running + momentum · batch's, with the unbiased variance. They are kept when
/// the outermost scope succeeds, and once, under `checkpoint` too. In inference, the running figures are used. Without
/// `tracksRunningStatistics` there are none, and the batch's serve in inference as well. As in PyTorch, whose names the
/// parameters and buffers have: `weight`, `bias`, `running_mean`, `running_var`, `num_batches_tracked`.
///
/// `BatchNorm1D` takes [batch, channels] and [batch, channels, length], `BatchNorm2D` [batch, channels, height, width],
/// `BatchNorm3D` [batch, channels, depth, height, width]. A batch of one value a channel traps in training; an empty
/// one changes nothing. (S. Ioffe, C. Szegedy, "Batch normalization", 2015.)
public struct BatchNorm<Axes: SpatialAxes>: Layer, ModuleContainer, DescribedModule {
    public let epsilon: Double
    /// How much a batch counts in the running figures, within 0...1; nil for the average of all batches.
    public let momentum: Double?
    private let channels: ChannelStatistics

    /// Times 1 plus 0 where `affine`, otherwise without.
    public init(
        _ features: Int, epsilon: Double = 1e-5, momentum: Double? = 0.1, affine: Bool = true,
        tracksRunningStatistics: Bool = true, dtype: DType = .float32
    ) {
        channels = ChannelStatistics(
            Self.name, features, epsilon, momentum, affine: affine, tracks: tracksRunningStatistics, dtype)
        self.epsilon = epsilon
        self.momentum = momentum
    }

    public var features: Int { channels.features }
    public var weight: Parameter? { channels.weight }
    public var bias: Parameter? { channels.bias }
    public var runningMean: Buffer? { channels.running?.mean }
    public var runningVariance: Buffer? { channels.running?.variance }
    /// How many batches the running figures have followed, int64.
    public var batchesTracked: Buffer? { channels.running?.batches }

    public func callAsFunction(_ x: Tensor) -> Tensor { observed(normalized(x)) }

    private func normalized(_ x: Tensor) -> Tensor {
        let (weight, bias) = (weight?.value, bias?.value)
        guard x.rank == Axes.count + 2 || Axes.count == 1 && x.rank == 2, x.shape[1] == features else {
            return reject(Self.name, "the input is \(x.summary), not \(expectedShape)", meant: x)
        }
        if Scope.current?.mode != .training, let running = channels.running {
            return batchNorm(
                x, mean: running.mean.value, variance: running.variance.value, weight: weight, bias: bias,
                epsilon: epsilon)
        }
        let (y, figures) = batchNormWithFigures(x, weight, bias, epsilon)
        if let figures, let running = channels.running {
            let batches = running.batches.value + 1
            running.batches.value = batches
            channels.update(figures, count: x.count / features, momentum: momentum ?? 1 / batches.item)
        }
        return y
    }

    private var expectedShape: String {
        switch Axes.count {
        case 1: "[batch, \(features)] or [batch, \(features), length]"
        case 2: "[batch, \(features), height, width]"
        default: "[batch, \(features), depth, height, width]"
        }
    }

    package var namedChildren: [(name: String, child: Any)] { channels.namedChildren }
    package var summaryName: String { "\(Self.name)(\(features))" }
    private static var name: String { "BatchNorm\(Axes.count)D" }
}

/// Batch normalisation of [batch, channels] and [batch, channels, length]: see ``BatchNorm``.
public typealias BatchNorm1D = BatchNorm<OneAxis>
/// Batch normalisation of [batch, channels, height, width]: see ``BatchNorm``.
public typealias BatchNorm2D = BatchNorm<TwoAxes>
/// Batch normalisation of [batch, channels, depth, height, width]: see ``BatchNorm``.
public typealias BatchNorm3D = BatchNorm<ThreeAxes>
