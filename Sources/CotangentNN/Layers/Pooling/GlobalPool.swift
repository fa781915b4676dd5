import CotangentTensor

/// The mean of each channel, [batch, channels, spatial…] → [batch, channels]: ``globalAveragePool(_:keepingAxes:)`` as
/// a layer, for signals, images and volumes (Lin, Chen, Yan, "Network in network", 2014).
public struct GlobalAveragePool: Layer {
    public let keepingAxes: Bool
    public init(keepingAxes: Bool = false) { self.keepingAxes = keepingAxes }
    public func callAsFunction(_ x: Tensor) -> Tensor { observed(globalAveragePool(x, keepingAxes: keepingAxes)) }
}

/// The largest element of each channel, [batch, channels, spatial…] → [batch, channels]:
/// ``globalMaxPool(_:keepingAxes:)`` as a layer, for signals, images and volumes.
public struct GlobalMaxPool: Layer {
    public let keepingAxes: Bool
    public init(keepingAxes: Bool = false) { self.keepingAxes = keepingAxes }
    public func callAsFunction(_ x: Tensor) -> Tensor { observed(globalMaxPool(x, keepingAxes: keepingAxes)) }
}
