import CotangentTensor

public typealias AdaptiveAveragePool1D = AdaptiveAveragePool<OneAxis>
public typealias AdaptiveAveragePool2D = AdaptiveAveragePool<TwoAxes>
public typealias AdaptiveAveragePool3D = AdaptiveAveragePool<ThreeAxes>

public typealias AdaptiveMaxPool1D = AdaptiveMaxPool<OneAxis>
public typealias AdaptiveMaxPool2D = AdaptiveMaxPool<TwoAxes>
public typealias AdaptiveMaxPool3D = AdaptiveMaxPool<ThreeAxes>

/// Means of windows that cover the input evenly, for an output of one size whatever the input's:
/// ``adaptiveAveragePool2d(_:outputSize:)`` as a layer, and its like for signals and volumes.
public struct AdaptiveAveragePool<Axes: SpatialAxes>: Layer, DescribedModule {
    public let outputSize: SpatialSize

    public init(outputSize: SpatialSize) { self.outputSize = outputSize }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        observed(adaptiveAveragePool(x, rank: Axes.count, outputSize: outputSize))
    }

    package var summaryName: String { "AdaptiveAveragePool\(Axes.count)D(\(outputSize))" }
}

/// The largest elements of windows that cover the input evenly: ``adaptiveMaxPool2d(_:outputSize:)`` as a layer, and
/// its like for signals and volumes.
public struct AdaptiveMaxPool<Axes: SpatialAxes>: Layer, DescribedModule {
    public let outputSize: SpatialSize

    public init(outputSize: SpatialSize) { self.outputSize = outputSize }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        observed(adaptiveMaxPool(x, rank: Axes.count, outputSize: outputSize))
    }

    package var summaryName: String { "AdaptiveMaxPool\(Axes.count)D(\(outputSize))" }
}
