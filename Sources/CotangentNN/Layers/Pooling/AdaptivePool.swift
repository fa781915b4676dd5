import CotangentTensor

public typealias AdaptiveAveragePool1D = AdaptiveAveragePool<Spatial1D>
public typealias AdaptiveAveragePool2D = AdaptiveAveragePool<Spatial2D>
public typealias AdaptiveAveragePool3D = AdaptiveAveragePool<Spatial3D>

public typealias AdaptiveMaxPool1D = AdaptiveMaxPool<Spatial1D>
public typealias AdaptiveMaxPool2D = AdaptiveMaxPool<Spatial2D>
public typealias AdaptiveMaxPool3D = AdaptiveMaxPool<Spatial3D>

/// Means of windows that cover the input evenly, for an output of one size whatever the input's:
/// ``adaptiveAveragePool2d(_:outputSize:)`` as a layer, and its like for signals and volumes.
public struct AdaptiveAveragePool<Rank: SpatialRank>: Layer, DescribedModule {
    public let outputSize: SpatialSize

    public init(outputSize: SpatialSize) { self.outputSize = outputSize }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        observed(adaptiveAveragePool(x, rank: Rank.axes, outputSize: outputSize))
    }

    package var summaryName: String { "AdaptiveAveragePool\(Rank.axes)D(\(outputSize))" }
}

/// The largest elements of windows that cover the input evenly: ``adaptiveMaxPool2d(_:outputSize:)`` as a layer, and its
/// like for signals and volumes.
public struct AdaptiveMaxPool<Rank: SpatialRank>: Layer, DescribedModule {
    public let outputSize: SpatialSize

    public init(outputSize: SpatialSize) { self.outputSize = outputSize }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        observed(adaptiveMaxPool(x, rank: Rank.axes, outputSize: outputSize))
    }

    package var summaryName: String { "AdaptiveMaxPool\(Rank.axes)D(\(outputSize))" }
}
