import CotangentBLAS

// Sums, differences, products and quotients, of tensors with broadcasting and of tensors with Swift numbers.

extension Tensor {
    public static func + (a: Tensor, b: Tensor) -> Tensor {
        let y = applyBinary("add", Kernels.add, a, b)
        guard let tape = Tape.recording(a, b) else { return y }
        let (needsA, needsB) = (tape.tracks(a), tape.tracks(b))
        return tape.record("add", y, a, b) { dy in
            (needsA ? dy.reduced(to: a.shape) : nil, needsB ? dy.reduced(to: b.shape) : nil)
        }
    }

    public static func - (a: Tensor, b: Tensor) -> Tensor {
        let y = applyBinary("subtract", Kernels.subtract, a, b)
        guard let tape = Tape.recording(a, b) else { return y }
        let (needsA, needsB) = (tape.tracks(a), tape.tracks(b))
        return tape.record("subtract", y, a, b) { dy in
            (needsA ? dy.reduced(to: a.shape) : nil, needsB ? -dy.reduced(to: b.shape) : nil)
        }
    }

    /// The product, element by element. The matrix product is ``matmul(_:_:)``.
    public static func * (a: Tensor, b: Tensor) -> Tensor {
        let y = applyBinary("multiply", Kernels.multiply, a, b)
        guard let tape = Tape.recording(a, b) else { return y }
        let (needsA, needsB) = (tape.tracks(a), tape.tracks(b))
        return tape.record("multiply", y, a, b) { dy in
            (needsA ? (dy * b).reduced(to: a.shape) : nil, needsB ? (dy * a).reduced(to: b.shape) : nil)
        }
    }

    /// The quotient, element by element. Of int64 tensors it is rounded toward zero, and a divisor of 0 traps.
    public static func / (a: Tensor, b: Tensor) -> Tensor {
        if b.dtype == .int64, !b.isAbstract, !AbstractRun.isActive, b.ints.contains(0) {
            fail("divide", "the divisor \(b.summary) holds a 0")
        }
        let y = applyBinary("divide", Kernels.divide, a, b)
        guard let tape = Tape.recording(a, b) else { return y }
        let (needsA, needsB) = (tape.tracks(a), tape.tracks(b))
        return tape.record("divide", y, a, b) { dy in
            let da = dy / b
            return (needsA ? da.reduced(to: a.shape) : nil, needsB ? -(da * (a / b)).reduced(to: b.shape) : nil)
        }
    }

    public static prefix func - (x: Tensor) -> Tensor {
        if x.dtype == .int64 { return x * -1 }
        let y = applyUnary("negate", Kernels.negate, x)
        guard let tape = Tape.recording(x) else { return y }
        return tape.record("negate", y, x) { -$0 }
    }

    public static func + (x: Tensor, c: some ScalarOperand) -> Tensor {
        scalarOperation("add", Kernels.addScalar, x, c) { dy, _ in dy }
    }

    public static func + (c: some ScalarOperand, x: Tensor) -> Tensor { x + c }

    public static func - (x: Tensor, c: some ScalarOperand) -> Tensor { x + -c.asDouble }

    public static func - (c: some ScalarOperand, x: Tensor) -> Tensor {
        scalarOperation("subtract", Kernels.rsubScalar, x, c) { dy, _ in -dy }
    }

    public static func * (x: Tensor, c: some ScalarOperand) -> Tensor {
        scalarOperation("multiply", Kernels.mulScalar, x, c) { dy, c in dy * c }
    }

    public static func * (c: some ScalarOperand, x: Tensor) -> Tensor { x * c }

    public static func / (x: Tensor, c: some ScalarOperand) -> Tensor {
        if x.dtype == .int64, c.asDouble == 0 { fail("divide", "\(x.summary) by 0") }
        return scalarOperation("divide", Kernels.divScalar, x, c) { dy, c in dy / c }
    }

    public static func / (c: some ScalarOperand, x: Tensor) -> Tensor {
        if x.dtype == .int64 { return x.scalar(c, "divide") / x }
        let y = applyUnary("divide", Kernels.rdivScalar, x, c.asDouble)
        guard let tape = Tape.recording(x) else { return y }
        let tracked = tape.next(y)
        return tape.record("divide", tracked, x) { dy in -(dy * tracked) / x }
    }

    public static func += (a: inout Tensor, b: Tensor) { a = a + b }
    public static func -= (a: inout Tensor, b: Tensor) { a = a - b }
    public static func *= (a: inout Tensor, b: Tensor) { a = a * b }
    public static func /= (a: inout Tensor, b: Tensor) { a = a / b }
    public static func += (a: inout Tensor, c: some ScalarOperand) { a = a + c }
    public static func -= (a: inout Tensor, c: some ScalarOperand) { a = a - c }
    public static func *= (a: inout Tensor, c: some ScalarOperand) { a = a * c }
    public static func /= (a: inout Tensor, c: some ScalarOperand) { a = a / c }

    private static func scalarOperation(
        _ name: StaticString, _ kernel: ScalarKernel, _ x: Tensor, _ c: some ScalarOperand,
        pullback: @escaping (Tensor, Double) -> Tensor
    ) -> Tensor {
        if x.dtype == .int64 {
            let c = x.scalar(c, name)
            switch name.description {
            case "add": return x + c
            case "subtract": return c - x
            case "multiply": return x * c
            default: return x / c
            }
        }
        let c = c.asDouble
        let y = applyUnary(name, kernel, x, c)
        guard let tape = Tape.recording(x) else { return y }
        return tape.record(name, y, x) { pullback($0, c) }
    }

    /// A number as a scalar tensor of this one's dtype.
    func scalar(_ c: some ScalarOperand, _ name: StaticString) -> Tensor {
        if dtype == .int64, Int64(exactly: c.asDouble) == nil {
            fail("\(name)", "\(summary) with \(c.asDouble), which is not an integer: cast the tensor to float32 first")
        }
        return Tensor.full([], c, dtype: dtype)
    }

    /// The adjoint of broadcasting: sums over what was repeated from `shape`.
    package func reduced(to shape: Shape) -> Tensor {
        if self.shape == shape { return self }
        let missing = rank - shape.rank
        let axes = (0..<rank).filter { $0 < missing || (shape[$0 - missing] == 1 && self.shape[$0] != 1) }
        let result = sum(self, axes: axes, keepingAxes: true)
        return result.reshaped(shape)
    }

    /// self += other, where this tensor alone holds its memory and both are plain: otherwise false, nothing done.
    mutating func addInPlace(_ other: Tensor) -> Bool {
        guard generation == 0, layout.isContiguous, other.layout.isContiguous, shape == other.shape,
            dtype.isFloatingPoint, !storage.isBorrowed, isKnownUniquelyReferenced(&storage)
        else { return false }
        let loop = Kernels.add.loop(for: dtype)!
        let (a, b, size) = (rawPointer, other.rawPointer, dtype.size)
        parallel(over: count) { part in
            let start = part.lowerBound * size
            loop(part.count, a + start, 1, b + start, 1, a + start)
        }
        withExtendedLifetime(other.storage) {}
        return true
    }
}
