import CotangentTensor

public typealias AveragePool1D = AveragePool<OneAxis>
public typealias AveragePool2D = AveragePool<TwoAxes>
public typealias AveragePool3D = AveragePool<ThreeAxes>

/// The mean of each window: ``averagePool2d(_:kernelSize:stride:padding:roundsUp:countsPadding:divisor:)`` as a layer,
/// and its like for signals and volumes.
public struct AveragePool<Axes: SpatialAxes>: Layer, DescribedModule {
    public let kernelSize: SpatialSize
    public let stride: SpatialSize
    public let padding: Padding
    public let roundsUp: Bool
    public let countsPadding: Bool
    public let divisor: Int?

    /// - Parameter stride: by default `kernelSize`, so that windows cover the input without overlap.
    public init(
        kernelSize: SpatialSize, stride: SpatialSize? = nil, padding: Padding = 0, roundsUp: Bool = false,
        countsPadding: Bool = true, divisor: Int? = nil
    ) {
        self.kernelSize = kernelSize
        self.stride = stride ?? kernelSize
        self.padding = padding
        self.roundsUp = roundsUp
        self.countsPadding = countsPadding
        self.divisor = divisor
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        observed(
            averagePool(
                x, rank: Axes.count, kernelSize: kernelSize, stride: stride, padding: padding, roundsUp: roundsUp,
                countsPadding: countsPadding, divisor: divisor))
    }

    package var summaryName: String {
        let count =
            divisor.map { ", divisor \($0)" } ?? (padding == 0 || countsPadding ? "" : ", without the padding")
        return "AveragePool\(Axes.count)D(\(windowSummary(kernelSize, stride, padding, roundsUp))\(count))"
    }
}
