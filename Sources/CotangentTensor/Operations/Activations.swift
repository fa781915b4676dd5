import CotangentBLAS

// Activation functions.

/// 1 / (1 + e⁻ˣ)
public func sigmoid(_ x: Tensor) -> Tensor {
    let y = applyUnary("sigmoid", Kernels.sigmoid, x)
    guard let tape = Tape.recording(x) else { return y }
    let tracked = tape.next(y)
    return tape.record("sigmoid", tracked, x) { dy in
        Tape.isRecording ? dy * (tracked * (1 - tracked)) : applyGradient(Kernels.sigmoidGradient, dy, tracked)
    }
}

public func tanh(_ x: Tensor) -> Tensor {
    let y = applyUnary("tanh", Kernels.tanh, x)
    guard let tape = Tape.recording(x) else { return y }
    let tracked = tape.next(y)
    return tape.record("tanh", tracked, x) { dy in
        Tape.isRecording ? dy * (1 - square(tracked)) : applyGradient(Kernels.tanhGradient, dy, tracked)
    }
}

/// log(1 + eˣ)
public func softplus(_ x: Tensor) -> Tensor {
    let y = applyUnary("softplus", Kernels.softplus, x)
    guard let tape = Tape.recording(x) else { return y }
    return tape.record("softplus", y, x) { $0 * sigmoid(x) }
}

/// log(sigmoid(x))
public func logSigmoid(_ x: Tensor) -> Tensor { -softplus(-x) }

/// max(x, 0). The gradient at 0 is 0.
public func relu(_ x: Tensor) -> Tensor {
    let y = applyUnary("relu", Kernels.relu, x)
    guard let tape = Tape.recording(x) else { return y }
    let value = y
    return tape.record("relu", y, x) { reluPullback($0, value) }
}

/// y > 0 ? dy : 0, where y is a ReLU's value.
package func reluPullback(_ dy: Tensor, _ y: Tensor) -> Tensor {
    Tape.isRecording ? dy * greater(y.detached, 0).cast(to: dy.dtype) : applyGradient(Kernels.reluGradient, dy, y)
}

/// x where it is positive, slope · x elsewhere. The gradient at 0 is the slope.
public func leakyReLU(_ x: Tensor, slope: Double = 0.01) -> Tensor {
    let y = applyUnary("leakyReLU", Kernels.leakyReLU, x, slope)
    guard let tape = Tape.recording(x) else { return y }
    return tape.record("leakyReLU", y, x) { dy in
        dy
            * Tensor.where(
                greater(x.detached, 0), Tensor.ones([], dtype: x.dtype), Tensor.full([], slope, dtype: x.dtype))
    }
}

/// x where it is positive, alpha (eˣ − 1) elsewhere (Clevert, Unterthiner, Hochreiter, 2016).
public func elu(_ x: Tensor, alpha: Double = 1) -> Tensor {
    let y = applyUnary("elu", Kernels.elu, x, alpha)
    guard let tape = Tape.recording(x) else { return y }
    return tape.record("elu", y, x) { dy in
        dy
            * Tensor.where(
                greater(x.detached, 0), Tensor.ones([], dtype: x.dtype),
                exp(minimum(x, Tensor.zeros([], dtype: x.dtype))) * alpha)
    }
}

/// The scaled ELU that keeps mean 0 and variance 1 (Klambauer et al., "Self-normalizing neural networks", 2017).
public func selu(_ x: Tensor) -> Tensor {
    let y = applyUnary("selu", Kernels.selu, x)
    guard let tape = Tape.recording(x) else { return y }
    let (alpha, scale) = (1.6732632423543772848170429916717, 1.0507009873554804934193349852946)
    return tape.record("selu", y, x) { dy in
        let slope = Tensor.where(
            greater(x.detached, 0), Tensor.ones([], dtype: x.dtype),
            exp(minimum(x, Tensor.zeros([], dtype: x.dtype))) * alpha)
        return dy * slope * scale
    }
}

/// How ``gelu(_:approximation:)`` is computed.
public enum GELUApproximation: Sendable { case none, tanh }

/// x Φ(x), where Φ is the normal distribution's; with `.tanh`, x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))) (Hendrycks and
/// Gimpel, 2016).
public func gelu(_ x: Tensor, approximation: GELUApproximation = .none) -> Tensor {
    switch approximation {
    case .none:
        let y = applyUnary("gelu", Kernels.gelu, x)
        guard let tape = Tape.recording(x) else { return y }
        // Φ(x) + x φ(x)
        return tape.record("gelu", y, x) { dy in
            let distribution = (erf(x * 0.5.squareRoot()) + 1) * 0.5
            let density = exp(square(x) * -0.5) * (1 / (2 * Double.pi).squareRoot())
            return dy * (distribution + x * density)
        }
    case .tanh:
        let y = applyUnary("gelu", Kernels.geluTanh, x)
        guard let tape = Tape.recording(x) else { return y }
        let scale = (2 / Double.pi).squareRoot()
        return tape.record("gelu", y, x) { dy in
            let t = tanh((x + x * square(x) * 0.044715) * scale)
            let inner = (square(x) * (3 * 0.044715) + 1) * scale
            return dy * ((t + 1) * 0.5 + x * (1 - square(t)) * inner * 0.5)
        }
    }
}

/// x sigmoid(x), also called swish (Ramachandran, Zoph, Le, 2017).
public func silu(_ x: Tensor) -> Tensor {
    let y = applyUnary("silu", Kernels.silu, x)
    guard let tape = Tape.recording(x) else { return y }
    return tape.record("silu", y, x) { dy in
        let s = sigmoid(x)
        return dy * (s * (x * (1 - s) + 1))
    }
}
