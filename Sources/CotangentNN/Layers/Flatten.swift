import CotangentTensor

/// The axes from `startAxis` to `endAxis` become one: [batch, channels, height, width] → [batch, features].
public struct Flatten: Layer {
    public let startAxis: Int
    public let endAxis: Int

    public init(startAxis: Int = 1, endAxis: Int = -1) {
        self.startAxis = startAxis
        self.endAxis = endAxis
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        let first = startAxis < 0 ? startAxis + x.rank : startAxis
        let last = endAxis < 0 ? endAxis + x.rank : endAxis
        guard 0 <= first, first <= last, last < x.rank else {
            return observed(reject("Flatten", "axes \(startAxis) to \(endAxis) of \(x.summary)", meant: x))
        }
        let lengths = x.shape.dimensions
        let merged = lengths[first...last].reduce(1, *)
        return observed(x.reshaped(Shape(lengths[..<first] + [merged] + lengths[(last + 1)...])))
    }
}

/// Gives back what it is given: a placeholder.
public struct Identity: Layer {
    public init() {}
    public func callAsFunction(_ x: Tensor) -> Tensor { observed(x) }
}
