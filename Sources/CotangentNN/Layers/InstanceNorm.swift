import CotangentTensor

/// Instance normalisation: each channel of each element of the batch with mean 0 and variance 1 over its spatial axes,
/// then, where `affine`, times `weight`, plus `bias`.
///
/// The same in training and in inference, unless `tracksRunningStatistics`: then training updates `running_mean` and
/// `running_var` by the batch's average of mean and unbiased variance, and inference uses them. As in PyTorch, where
/// `num_batches_tracked` exists for the sake of its name alone.
///
/// `InstanceNorm1D` takes [batch, channels, length], `InstanceNorm2D` [batch, channels, height, width],
/// `InstanceNorm3D` [batch, channels, depth, height, width], and each the same without a batch. One spatial element
/// traps. (D. Ulyanov, A. Vedaldi, V. Lempitsky, "Instance normalization", 2016.)
public struct InstanceNorm<Axes: SpatialAxes>: Layer, ModuleContainer, DescribedModule {
    public let epsilon: Double
    /// How much a batch counts in the running figures, within 0...1.
    public let momentum: Double
    private let channels: ChannelStatistics

    public init(
        _ features: Int, epsilon: Double = 1e-5, momentum: Double = 0.1, affine: Bool = false,
        tracksRunningStatistics: Bool = false, dtype: DType = .float32
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

    public func callAsFunction(_ x: Tensor) -> Tensor {
        observed(x.rank == Axes.count + 1 ? normalized(x.expandingAxis(0)).squeezed(axes: [0]) : normalized(x))
    }

    private func normalized(_ x: Tensor) -> Tensor {
        let (weight, bias) = (weight?.value, bias?.value)
        guard x.rank == Axes.count + 2, x.shape[1] == features else {
            return reject(
                Self.name,
                "the input is \(x.summary): \(Axes.count) spatial ax\(Axes.count == 1 ? "is" : "es") after \(features) channels are expected, with or without a batch before",
                meant: x)
        }
        if Scope.current?.mode != .training, let running = channels.running {
            return batchNorm(
                x, mean: running.mean.value, variance: running.variance.value, weight: weight, bias: bias,
                epsilon: epsilon)
        }
        let (y, figures) = instanceNormWithFigures(x, weight, bias, epsilon)
        if let figures {
            channels.update(figures, count: x.shape.dropFirst(2).reduce(1, *), momentum: momentum)
        }
        return y
    }

    package var namedChildren: [(name: String, child: Any)] { channels.namedChildren }
    package var summaryName: String { "\(Self.name)(\(features))" }
    private static var name: String { "InstanceNorm\(Axes.count)D" }
}

/// Instance normalisation of [batch, channels, length] or [channels, length]: see ``InstanceNorm``.
public typealias InstanceNorm1D = InstanceNorm<OneAxis>
/// Instance normalisation of [batch, channels, height, width] or [channels, height, width]: see ``InstanceNorm``.
public typealias InstanceNorm2D = InstanceNorm<TwoAxes>
/// Instance normalisation of [batch, channels, depth, height, width], or without a batch: see ``InstanceNorm``.
public typealias InstanceNorm3D = InstanceNorm<ThreeAxes>
