import CotangentTensor

public typealias MaxPool1D = MaxPool<OneAxis>
public typealias MaxPool2D = MaxPool<TwoAxes>
public typealias MaxPool3D = MaxPool<ThreeAxes>

/// The largest element of each window: ``maxPool2d(_:kernelSize:stride:padding:dilation:roundsUp:)`` as a layer, and
/// its like for signals and volumes.
///
/// ```swift
/// MaxPool2D(kernelSize: 2)                            // half of the height and the width
/// MaxPool2D(kernelSize: 3, stride: 2, padding: 1)
/// ```
public struct MaxPool<Axes: SpatialAxes>: Layer, DescribedModule {
    public let kernelSize: SpatialSize
    public let stride: SpatialSize
    public let padding: Padding
    public let dilation: SpatialSize
    public let roundsUp: Bool

    /// - Parameter stride: by default `kernelSize`, so that windows cover the input without overlap.
    public init(
        kernelSize: SpatialSize, stride: SpatialSize? = nil, padding: Padding = 0, dilation: SpatialSize = 1,
        roundsUp: Bool = false
    ) {
        self.kernelSize = kernelSize
        self.stride = stride ?? kernelSize
        self.padding = padding
        self.dilation = dilation
        self.roundsUp = roundsUp
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        observed(
            maxPool(
                x, rank: Axes.count, kernelSize: kernelSize, stride: stride, padding: padding, dilation: dilation,
                roundsUp: roundsUp))
    }

    package var summaryName: String {
        let spread = dilation == 1 ? "" : ", dilation \(dilation)"
        return "MaxPool\(Axes.count)D(\(windowSummary(kernelSize, stride, padding, roundsUp))\(spread))"
    }
}

/// "3, stride 2, padding 1", as summaries show a pooling's windows.
func windowSummary(_ kernelSize: SpatialSize, _ stride: SpatialSize, _ padding: Padding, _ roundsUp: Bool) -> String {
    "\(kernelSize), stride \(stride)\(padding == 0 ? "" : ", padding \(padding)")\(roundsUp ? ", rounds up" : "")"
}
