import CotangentBLAS

// Sine and cosine (of radians), and the error function.

public func sin(_ x: Tensor) -> Tensor {
    let y = applyUnary("sin", Kernels.sin, x)
    guard let tape = Tape.recording(x) else { return y }
    return tape.record("sin", y, x) { $0 * cos(x) }
}

public func cos(_ x: Tensor) -> Tensor {
    let y = applyUnary("cos", Kernels.cos, x)
    guard let tape = Tape.recording(x) else { return y }
    return tape.record("cos", y, x) { -($0 * sin(x)) }
}

/// The error function, 2/√π ∫₀ˣ e^(−t²) dt.
public func erf(_ x: Tensor) -> Tensor {
    let y = applyUnary("erf", Kernels.erf, x)
    guard let tape = Tape.recording(x) else { return y }
    return tape.record("erf", y, x) { dy in dy * exp(-square(x)) * (2 / Double.pi.squareRoot()) }
}
