import CotangentTensor

/// y = W x + b for rows of inputs: [..., inputSize] → [..., outputSize].
///
/// `weight` is [outputSize, inputSize], as in PyTorch. By default both are uniform in ±1/√inputSize, PyTorch's choice.
public struct Linear: Layer, DescribedModule, ReLUFusing {
    public let weight: Parameter
    public let bias: Parameter?

    public init(
        _ inputSize: Int, _ outputSize: Int, bias: Bool = true, initializer: Initializer? = nil,
        dtype: DType = .float32, using generator: inout PhiloxGenerator
    ) {
        guard inputSize > 0, outputSize > 0 else {
            fail("Linear", "sizes \(inputSize) → \(outputSize) must be positive")
        }
        let bound = 1 / Double(inputSize).squareRoot()
        weight = Parameter(
            (initializer ?? .uniform(-bound...bound))([outputSize, inputSize], dtype: dtype, using: &generator))
        self.bias =
            bias ? Parameter(Tensor.uniform([outputSize], in: -bound...bound, dtype: dtype, using: &generator)) : nil
    }

    /// A layer of given values: weight [outputSize, inputSize], bias [outputSize].
    public init(weight: Tensor, bias: Tensor? = nil) {
        guard weight.rank == 2, bias.map({ $0.shape == [weight.shape[0]] && $0.dtype == weight.dtype }) ?? true else {
            fail(
                "Linear",
                "the weight is \(weight.summary), the bias \(bias?.summary ?? "absent"): they must be [out, in] and [out]"
            )
        }
        self.weight = Parameter(weight)
        self.bias = bias.map { Parameter($0) }
    }

    /// A layer of parameters that other layers have too: tied weights, `Linear(weight: embedding.weight)` say.
    public init(weight: Parameter, bias: Parameter? = nil) {
        let (shape, dtype) = (weight.shape, weight.dtype)
        guard shape.rank == 2, bias.map({ $0.shape == [shape[0]] && $0.dtype == dtype }) ?? true else {
            fail(
                "Linear",
                "the weight is \(dtype) \(shape), the bias \(bias.map { "\($0.dtype) \($0.shape)" } ?? "absent"): they must be [out, in] and [out]"
            )
        }
        self.weight = weight
        self.bias = bias
    }

    public func callAsFunction(_ x: Tensor) -> Tensor { observed(linear(x, weight.value, bias?.value)) }

    /// With ReLU in the same pass.
    package func withReLU(_ x: Tensor) -> Tensor { linear(x, weight.value, bias?.value, relu: true) }

    package var summaryName: String {
        "Linear(\(weight.shape[1]) → \(weight.shape[0])\(bias == nil ? ", no bias" : ""))"
    }
}
