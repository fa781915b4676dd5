import CotangentTensor

// Activation functions as layers, for `Sequential`. Each applies the function of the same name.

public struct ReLU: Layer {
    public init() {}
    public func callAsFunction(_ x: Tensor) -> Tensor { observed(relu(x)) }
}

public struct LeakyReLU: Layer {
    public let slope: Double
    public init(slope: Double = 0.01) { self.slope = slope }
    public func callAsFunction(_ x: Tensor) -> Tensor { observed(leakyReLU(x, slope: slope)) }
}

public struct ELU: Layer {
    public let alpha: Double
    public init(alpha: Double = 1) { self.alpha = alpha }
    public func callAsFunction(_ x: Tensor) -> Tensor { observed(elu(x, alpha: alpha)) }
}

public struct SELU: Layer {
    public init() {}
    public func callAsFunction(_ x: Tensor) -> Tensor { observed(selu(x)) }
}

public struct GELU: Layer {
    public let approximation: GELUApproximation
    public init(approximation: GELUApproximation = .none) { self.approximation = approximation }
    public func callAsFunction(_ x: Tensor) -> Tensor { observed(gelu(x, approximation: approximation)) }
}

public struct SiLU: Layer {
    public init() {}
    public func callAsFunction(_ x: Tensor) -> Tensor { observed(silu(x)) }
}

public struct Sigmoid: Layer {
    public init() {}
    public func callAsFunction(_ x: Tensor) -> Tensor { observed(sigmoid(x)) }
}

public struct Tanh: Layer {
    public init() {}
    public func callAsFunction(_ x: Tensor) -> Tensor { observed(tanh(x)) }
}

public struct Softplus: Layer {
    public init() {}
    public func callAsFunction(_ x: Tensor) -> Tensor { observed(softplus(x)) }
}

public struct Softmax: Layer {
    public let axis: Int
    public init(axis: Int = -1) { self.axis = axis }
    public func callAsFunction(_ x: Tensor) -> Tensor { observed(softmax(x, axis: axis)) }
}

public struct LogSoftmax: Layer {
    public let axis: Int
    public init(axis: Int = -1) { self.axis = axis }
    public func callAsFunction(_ x: Tensor) -> Tensor { observed(logSoftmax(x, axis: axis)) }
}
