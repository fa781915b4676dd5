import CotangentTensor

/// In training, each element becomes 0 with probability `rate`, and the others are divided by 1 − rate, so that the
/// expected value stays; in inference, nothing happens (Srivastava et al., 2014).
///
/// It draws from the generator that the call around it was given:
///
/// ```swift
/// valueAndGradients(of: model, using: &generator) { crossEntropy(model(x), labels) }
/// ```
public struct Dropout: Layer, DescribedModule {
    public let rate: Double

    public init(rate: Double = 0.5) {
        Self.check(rate, "Dropout")
        self.rate = rate
    }

    static func check(_ rate: Double, _ layer: String) {
        guard (0...1).contains(rate) else { fail(layer, "the rate \(rate) is not within 0...1") }
    }

    public func callAsFunction(_ x: Tensor) -> Tensor { observed(Self.drop(x, rate, x.shape, "Dropout")) }

    /// One draw for each element of `mask`, which broadcasts to x's shape.
    static func drop(_ x: Tensor, _ rate: Double, _ mask: Shape, _ layer: String) -> Tensor {
        guard rate > 0, Scope.current?.mode == .training else { return x }
        guard var generator = Scope.nextGenerator() else {
            fail(
                layer,
                "there is no randomness to draw from in training: pass `using: &generator` to valueAndGradients(of:) or running(in:)"
            )
        }
        let kept = Tensor.bernoulli(mask, probability: 1 - rate, using: &generator).cast(to: x.dtype)
        return x * (rate < 1 ? kept * (1 / (1 - rate)) : kept)
    }

    package var summaryName: String { "Dropout(\(rate))" }
}
