import CotangentBLAS

// Comparisons, whose results are bool tensors, and what is made of them. They have no gradient.

private func compare(_ name: StaticString, _ kernel: Kernel<BinaryLoop>, _ a: Tensor, _ b: Tensor) -> Tensor {
    applyBinary(name, kernel, a, b, result: .bool)
}

public func equal(_ a: Tensor, _ b: Tensor) -> Tensor { compare("equal", Kernels.equal, a, b) }
public func notEqual(_ a: Tensor, _ b: Tensor) -> Tensor { compare("notEqual", Kernels.notEqual, a, b) }
public func less(_ a: Tensor, _ b: Tensor) -> Tensor { compare("less", Kernels.less, a, b) }
public func lessEqual(_ a: Tensor, _ b: Tensor) -> Tensor { compare("lessEqual", Kernels.lessEqual, a, b) }
public func greater(_ a: Tensor, _ b: Tensor) -> Tensor { compare("greater", Kernels.greater, a, b) }
public func greaterEqual(_ a: Tensor, _ b: Tensor) -> Tensor { compare("greaterEqual", Kernels.greaterEqual, a, b) }

public func equal(_ a: Tensor, _ c: some ScalarOperand) -> Tensor { equal(a, a.scalar(c, "equal")) }
public func notEqual(_ a: Tensor, _ c: some ScalarOperand) -> Tensor { notEqual(a, a.scalar(c, "notEqual")) }
public func less(_ a: Tensor, _ c: some ScalarOperand) -> Tensor { less(a, a.scalar(c, "less")) }
public func lessEqual(_ a: Tensor, _ c: some ScalarOperand) -> Tensor { lessEqual(a, a.scalar(c, "lessEqual")) }
public func greater(_ a: Tensor, _ c: some ScalarOperand) -> Tensor { greater(a, a.scalar(c, "greater")) }
public func greaterEqual(_ a: Tensor, _ c: some ScalarOperand) -> Tensor {
    greaterEqual(a, a.scalar(c, "greaterEqual"))
}

public func logicalAnd(_ a: Tensor, _ b: Tensor) -> Tensor { applyBinary("logicalAnd", Kernels.logicalAnd, a, b) }
public func logicalOr(_ a: Tensor, _ b: Tensor) -> Tensor { applyBinary("logicalOr", Kernels.logicalOr, a, b) }
public func logicalXor(_ a: Tensor, _ b: Tensor) -> Tensor { applyBinary("logicalXor", Kernels.logicalXor, a, b) }
public func logicalNot(_ x: Tensor) -> Tensor { equal(x, Tensor.full([], 0, dtype: .bool)) }

extension Tensor {
    /// `a` where the condition is true, `b` elsewhere; all three broadcast.
    public static func `where`(_ condition: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
        let y = select(condition, a, b)
        guard let tape = Tape.recording(a, b) else { return y }
        let (needsA, needsB) = (tape.tracks(a), tape.tracks(b))
        return tape.record("where", y, a, b) { dy in
            let zero = Tensor.zeros([], dtype: dy.dtype)
            return (
                needsA ? Tensor.where(condition, dy, zero).reduced(to: a.shape) : nil,
                needsB ? Tensor.where(condition, zero, dy).reduced(to: b.shape) : nil
            )
        }
    }
}
