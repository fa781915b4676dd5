import CotangentBLAS

// Signs, magnitudes, rounding and limits.

/// |x|. The gradient at 0 is 0.
public func abs(_ x: Tensor) -> Tensor {
    if x.dtype == .int64 { return maximum(x, -x) }
    let y = applyUnary("abs", Kernels.abs, x)
    guard let tape = Tape.recording(x) else { return y }
    return tape.record("abs", y, x) { $0 * sign(x.detached) }
}

/// −1, 0 or 1. Its gradient is 0.
public func sign(_ x: Tensor) -> Tensor { flat("sign", Kernels.sign, x) }

/// The next integer below. Its gradient is 0.
public func floor(_ x: Tensor) -> Tensor { flat("floor", Kernels.floor, x) }

/// The next integer above. Its gradient is 0.
public func ceil(_ x: Tensor) -> Tensor { flat("ceil", Kernels.ceil, x) }

/// The nearest integer, halves to the even one. Its gradient is 0.
public func round(_ x: Tensor) -> Tensor { flat("round", Kernels.round, x) }

/// A step function: nothing to record, since its derivative is 0.
private func flat(_ name: StaticString, _ kernel: Kernel<UnaryLoop>, _ x: Tensor) -> Tensor {
    applyUnary(name, kernel, x)
}

/// The larger, element by element, with broadcasting. NaN where either is. Where both are equal each takes half of the
/// cotangent, as in PyTorch.
public func maximum(_ a: Tensor, _ b: Tensor) -> Tensor { extreme("maximum", Kernels.maximum, a, b, greater) }

/// The smaller, element by element: see ``maximum(_:_:)``.
public func minimum(_ a: Tensor, _ b: Tensor) -> Tensor { extreme("minimum", Kernels.minimum, a, b, less) }

private func extreme(
    _ name: StaticString, _ kernel: Kernel<BinaryLoop>, _ a: Tensor, _ b: Tensor,
    _ wins: @escaping (Tensor, Tensor) -> Tensor
) -> Tensor {
    let y = applyBinary(name, kernel, a, b)
    guard let tape = Tape.recording(a, b) else { return y }
    return tape.record(name, y, a, b) { dy in
        let (x, z) = (a.detached, b.detached)
        let tie = equal(x, z).cast(to: x.dtype) * 0.5
        return (
            (dy * (wins(x, z).cast(to: x.dtype) + tie)).reduced(to: a.shape),
            (dy * (wins(z, x).cast(to: x.dtype) + tie)).reduced(to: b.shape)
        )
    }
}

/// x held within low…high. NaN stays NaN. The gradient passes where low ≤ x ≤ high.
public func clamp(_ x: Tensor, _ low: some ScalarOperand, _ high: some ScalarOperand) -> Tensor {
    let (low, high) = (low.asDouble, high.asDouble)
    guard low <= high else { fail("clamp", "the lower limit \(low) is above the upper one \(high)") }
    var y = applyUnary("clamp", Kernels.maxScalar, x, low)
    y = applyUnary("clamp", Kernels.minScalar, y, high)
    guard let tape = Tape.recording(x) else { return y }
    return tape.record("clamp", y, x) { dy in
        let x = x.detached
        return dy * logicalAnd(greaterEqual(x, low), lessEqual(x, high)).cast(to: x.dtype)
    }
}
