import CotangentTensor

/// In training, each channel of each element of the batch becomes 0 as a whole with probability `rate`, and the others
/// are divided by 1 − rate; in inference, nothing happens. Neighbours in an image are alike, so that dropping single
/// elements (``Dropout``) would leave most of what they say. (J. Tompson et al., "Efficient object localization using
/// convolutional networks", 2015.)
///
/// `Dropout1D` takes [batch, channels, length] and [channels, length]; `Dropout2D` [batch, channels, height, width]
/// and, as PyTorch does, [batch, channels, length]; `Dropout3D` [batch, channels, depth, height, width] and the same
/// without a batch. It draws from the generator that the call around it was given.
public struct ChannelDropout<Axes: SpatialAxes>: Layer, DescribedModule {
    public let rate: Double

    public init(rate: Double = 0.5) {
        Dropout.check(rate, Self.name)
        self.rate = rate
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        guard x.rank == Axes.count + 2 || x.rank == Axes.count + 1 else {
            let length = ["length", "height, width", "depth, height, width"][Axes.count - 1]
            let other = Axes.count == 2 ? "[batch, channels, length]" : "[channels, \(length)]"
            return observed(
                reject(
                    Self.name, "the input is \(x.summary), neither [batch, channels, \(length)] nor \(other)", meant: x)
            )
        }
        // Three axes of Dropout2D are a batch of signals.
        let leading = x.rank == Axes.count + 2 || Axes.count == 2 ? 2 : 1
        let mask = Shape(x.shape.prefix(leading) + Array(repeating: 1, count: x.rank - leading))
        return observed(Dropout.drop(x, rate, mask, Self.name))
    }

    package var summaryName: String { "\(Self.name)(\(rate))" }
    private static var name: String { "Dropout\(Axes.count)D" }
}

/// Dropout of whole channels of signals: see ``ChannelDropout``.
public typealias Dropout1D = ChannelDropout<OneAxis>
/// Dropout of whole channels of images: see ``ChannelDropout``.
public typealias Dropout2D = ChannelDropout<TwoAxes>
/// Dropout of whole channels of volumes: see ``ChannelDropout``.
public typealias Dropout3D = ChannelDropout<ThreeAxes>
