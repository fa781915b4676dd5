import CotangentBLAS

// Exponentials, logarithms, powers and roots.

/// e^x
public func exp(_ x: Tensor) -> Tensor {
    let y = applyUnary("exp", Kernels.exp, x)
    guard let tape = Tape.recording(x) else { return y }
    let tracked = tape.next(y)
    return tape.record("exp", tracked, x) { $0 * tracked }
}

/// e^x − 1, exact near 0.
public func expm1(_ x: Tensor) -> Tensor {
    let y = applyUnary("expm1", Kernels.expm1, x)
    guard let tape = Tape.recording(x) else { return y }
    let tracked = tape.next(y)
    return tape.record("expm1", tracked, x) { $0 * (tracked + 1) }
}

/// The natural logarithm. −∞ at 0, NaN below.
public func log(_ x: Tensor) -> Tensor {
    let y = applyUnary("log", Kernels.log, x)
    guard let tape = Tape.recording(x) else { return y }
    return tape.record("log", y, x) { $0 / x }
}

/// log(1 + x), exact near 0.
public func log1p(_ x: Tensor) -> Tensor {
    let y = applyUnary("log1p", Kernels.log1p, x)
    guard let tape = Tape.recording(x) else { return y }
    return tape.record("log1p", y, x) { $0 / (x + 1) }
}

/// The square root. Its gradient at 0 is infinite.
public func sqrt(_ x: Tensor) -> Tensor {
    let y = applyUnary("sqrt", Kernels.sqrt, x)
    guard let tape = Tape.recording(x) else { return y }
    let tracked = tape.next(y)
    return tape.record("sqrt", tracked, x) { $0 / (tracked * 2) }
}

/// 1/√x
public func rsqrt(_ x: Tensor) -> Tensor {
    let y = applyUnary("rsqrt", Kernels.rsqrt, x)
    guard let tape = Tape.recording(x) else { return y }
    let tracked = tape.next(y)
    return tape.record("rsqrt", tracked, x) { $0 * (tracked / x) * -0.5 }
}

/// x²
public func square(_ x: Tensor) -> Tensor {
    let y = x.dtype == .int64 ? x * x : applyUnary("square", Kernels.square, x)
    guard let tape = Tape.recording(x) else { return y }
    return tape.record("square", y, x) { $0 * x * 2 }
}

/// 1/x
public func reciprocal(_ x: Tensor) -> Tensor {
    let y = applyUnary("reciprocal", Kernels.reciprocal, x)
    guard let tape = Tape.recording(x) else { return y }
    let tracked = tape.next(y)
    return tape.record("reciprocal", tracked, x) { -($0 * square(tracked)) }
}

/// xᶜ. The gradient with c = 0 is 0, at x = 0 as well.
public func pow(_ x: Tensor, _ c: some ScalarOperand) -> Tensor {
    let c = c.asDouble
    let y = applyUnary("pow", Kernels.powScalar, x, c)
    guard let tape = Tape.recording(x) else { return y }
    return tape.record("pow", y, x) { dy in c == 0 ? Tensor.zeros(like: x) : dy * (pow(x, c - 1) * c) }
}

/// cˣ
public func pow(_ c: some ScalarOperand, _ x: Tensor) -> Tensor {
    let c = c.asDouble
    let y = applyUnary("pow", Kernels.rpowScalar, x, c)
    guard let tape = Tape.recording(x) else { return y }
    let tracked = tape.next(y)
    // The C library's logarithm of a negative base is NaN, and so is the derivative.
    return tape.record("pow", tracked, x) { $0 * tracked * log(Tensor.full([], c, dtype: x.dtype)) }
}

/// aᵇ element by element, with broadcasting. The gradient for b is aᵇ log a, and 0 where a is 0 and b is not negative
/// (as in PyTorch).
public func pow(_ a: Tensor, _ b: Tensor) -> Tensor {
    let y = applyBinary("pow", Kernels.pow, a, b)
    guard let tape = Tape.recording(a, b) else { return y }
    let (needsA, needsB) = (tape.tracks(a), tape.tracks(b))
    let tracked = tape.next(y)
    return tape.record("pow", tracked, a, b) { dy in
        var da: Tensor?
        var db: Tensor?
        if needsA {
            let slope = Tensor.where(equal(b.detached, 0), Tensor.zeros(like: tracked), b * pow(a, b - 1))
            da = (dy * slope).reduced(to: a.shape)
        }
        if needsB {
            let flat = logicalAnd(equal(a.detached, 0), greaterEqual(b.detached, 0))
            let slope = Tensor.where(
                flat, Tensor.zeros(like: tracked), tracked * log(Tensor.where(flat, Tensor.ones([], dtype: a.dtype), a))
            )
            db = (dy * slope).reduced(to: b.shape)
        }
        return (da, db)
    }
}
