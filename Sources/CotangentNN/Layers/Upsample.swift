import CotangentTensor

/// Brings images, signals or volumes to another size: ``upsample(_:scale:mode:)`` as a layer.
///
/// ```swift
/// Upsample(scale: 2)                                          // each pixel four times
/// Upsample(outputSize: [48, 64], mode: .linear())             // bilinear
/// ```
public struct Upsample: Layer, DescribedModule {
    private enum Target: Sendable {
        case scale(Double)
        case size(SpatialSize)
    }

    private let target: Target
    public let mode: Interpolation

    /// Each spatial length becomes ⌊scale · length⌋.
    public init(scale: Double, mode: Interpolation = .nearest) {
        target = .scale(scale)
        self.mode = mode
    }

    /// Spatial lengths of the result, whatever the input's.
    public init(outputSize: SpatialSize, mode: Interpolation = .nearest) {
        target = .size(outputSize)
        self.mode = mode
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        switch target {
        case .scale(let scale): observed(upsample(x, scale: scale, mode: mode))
        case .size(let size): observed(upsample(x, outputSize: size, mode: mode))
        }
    }

    package var summaryName: String {
        let size =
            switch target {
            case .scale(let scale): "× \(scale)"
            case .size(let size): "\(size)"
            }
        return "Upsample(\(size), \(mode.summary))"
    }
}

extension Interpolation {
    fileprivate var summary: String {
        switch self {
        case .nearest: "nearest"
        case .linear(let alignCorners): alignCorners ? "linear, aligned corners" : "linear"
        }
    }
}
