import CotangentBLAS

/// The matrix product of the last two axes; axes before them are batches, and broadcast.
///
/// [m, k] × [k, n] → [m, n]; [b, m, k] × [b or 1, k, n] → [b, m, n]. A vector on the left is a row, on the right a
/// column, and its axis is absent from the result: [k] × [k, n] → [n], [m, k] × [k] → [m], [k] × [k] → [].
/// Transposed views are read as they lie. float32 and float64, through `cblas_sgemm` and `cblas_dgemm`.
public func matmul(_ a: Tensor, _ b: Tensor) -> Tensor {
    if a.rank == 1 || b.rank == 1 { return vectorProduct(a, b) }
    let y = product(a, b)
    guard let tape = Tape.recording(a, b) else { return y }
    let (needsA, needsB) = (tape.tracks(a), tape.tracks(b))
    // dA = dC · Bᵀ, dB = Aᵀ · dC, summed over the batches that were repeated.
    return tape.record("matmul", y, a, b) { dy in
        (
            needsA ? matmul(dy, b.transposed).reduced(to: a.shape) : nil,
            needsB ? matmul(a.transposed, dy).reduced(to: b.shape) : nil
        )
    }
}

/// Writes the product of two matrices into `c`, whose shape and dtype are the product's. Where no other tensor shares
/// the memory of `c`, nothing is allocated. No gradient is recorded.
public func matmul(_ a: Tensor, _ b: Tensor, into c: inout Tensor) {
    guard a.rank == 2, b.rank == 2, a.shape[1] == b.shape[0], a.dtype == b.dtype, a.dtype.isFloatingPoint,
        c.shape == [a.shape[0], b.shape[1]], c.dtype == a.dtype
    else {
        fail("matmul(into:)", "\(a.summary) times \(b.summary) does not give \(c.summary)")
    }
    c.makeUnique()
    multiply(a.matrixOperand, b.matrixOperand, into: c, batches: [(0, 0, 0)])
}

private func vectorProduct(_ a: Tensor, _ b: Tensor) -> Tensor {
    guard a.rank > 0, b.rank > 0, a.shape[a.rank - 1] == b.shape[Swift.max(b.rank - 2, 0)], a.dtype == b.dtype else {
        return rejectProduct(a, b)
    }
    let left = a.rank == 1 ? a.expandingAxis(0) : a
    let right = b.rank == 1 ? b.expandingAxis(1) : b
    let y = matmul(left, right)
    var shape = y.shape.dimensions
    if b.rank == 1 { shape.removeLast() }
    if a.rank == 1 { shape.remove(at: shape.count - (b.rank == 1 ? 1 : 2)) }
    return y.reshaped(Shape(shape))
}

@inline(never)
private func rejectProduct(_ a: Tensor, _ b: Tensor) -> Tensor {
    var shape = a.shape.dimensions
    if !shape.isEmpty { shape.removeLast() }
    if b.rank > 1 { shape.append(b.shape[b.rank - 1]) }
    return reject(
        "matmul",
        "\(a.summary) times \(b.summary): the left's last axis and the right's last but one must be equal, batches equal or 1, both of one floating-point dtype",
        meant: Shape(shape), a.dtype)
}

/// The product as a plain value.
private func product(_ a: Tensor, _ b: Tensor) -> Tensor {
    guard a.dtype == b.dtype, a.dtype.isFloatingPoint, a.rank >= 2, b.rank >= 2,
        a.shape[a.rank - 1] == b.shape[b.rank - 2]
    else { return rejectProduct(a, b) }
    if a.rank == 2, b.rank == 2 {
        let c = Tensor(uninitialized: Shape([a.shape[0], b.shape[1]]), a.dtype)
        if !c.isAbstract { multiply(a.matrixOperand, b.matrixOperand, into: c, batches: [(0, 0, 0)]) }
        return c
    }
    guard let batch = Shape.broadcast(Shape(Array(a.shape.dropLast(2))), Shape(Array(b.shape.dropLast(2)))) else {
        return rejectProduct(a, b)
    }
    let (m, n) = (a.shape[a.rank - 2], b.shape[b.rank - 1])
    // [b, m, k] × [k, n]: one product of [b m, k].
    if b.rank == 2, a.layout.isContiguous {
        let c = Tensor(uninitialized: Shape(a.shape.dimensions.dropLast() + [n]), a.dtype)
        if c.isAbstract { return c }
        let k = a.shape[a.rank - 1]
        let rows = k == 0 ? c.count / Swift.max(n, 1) : a.count / k
        let flat = Tensor(
            storage: a.storage, layout: Layout([rows, k], strides: [k, 1], offset: a.layout.offset), dtype: a.dtype)
        let target = Tensor(storage: c.storage, layout: Layout([rows, n]), dtype: c.dtype)
        multiply(flat.matrixOperand, b.matrixOperand, into: target, batches: [(0, 0, 0)])
        return c
    }
    let c = Tensor(uninitialized: Shape(batch.dimensions + [m, n]), a.dtype)
    if c.isAbstract || c.count == 0 { return c }
    let (left, right) = (a.matrixOperand, b.matrixOperand)
    let leftStrides = left.layout.broadcastStrides(to: Shape(batch.dimensions + [m, a.shape[a.rank - 1]]))
    let rightStrides = right.layout.broadcastStrides(to: Shape(batch.dimensions + [b.shape[b.rank - 2], n]))
    var batches: [(Int, Int, Int)] = [(0, 0, 0)]
    for (axis, length) in batch.enumerated() {
        batches = batches.flatMap { start in
            (0..<length).map { (start.0 + $0 * leftStrides[axis], start.1 + $0 * rightStrides[axis], 0) }
        }
    }
    multiply(left, right, into: c, batches: batches.enumerated().map { ($1.0, $1.1, $0 * m * n) })
    return c
}

extension Tensor {
    /// This tensor with its last two axes as BLAS reads a matrix: one of them with step 1. Others are copied.
    fileprivate var matrixOperand: Tensor {
        if layout.isContiguous { return self }
        let strides = layout.strides
        let (row, column) = (strides[rank - 2], strides[rank - 1])
        let (rows, columns) = (shape[rank - 2], shape[rank - 1])
        let plain = column == 1 && row >= Swift.max(columns, 1)
        let transposed = row == 1 && column >= Swift.max(rows, 1)
        return plain || transposed ? self : copied()
    }

    /// How BLAS reads the last two axes of a matrix operand, and its leading dimension.
    fileprivate var blasView: (transpose: Transpose, leading: Int) {
        let (rows, columns) = (shape[rank - 2], shape[rank - 1])
        if layout.isContiguous { return (.no, Swift.max(columns, 1)) }
        let strides = layout.strides
        return strides[rank - 1] == 1 && strides[rank - 2] >= Swift.max(columns, 1)
            ? (.no, strides[rank - 2]) : (.yes, Swift.max(strides[rank - 1], rows, 1))
    }
}

/// C[offset₂] = A[offset₀] · B[offset₁] for each of the batches, whose offsets count elements.
private func multiply(_ a: Tensor, _ b: Tensor, into c: Tensor, batches: [(Int, Int, Int)]) {
    let (m, k) = (a.shape[a.rank - 2], a.shape[a.rank - 1])
    let n = b.shape[b.rank - 1]
    func run<T: BLASScalar>(_: T.Type) {
        let (viewA, viewB) = (a.blasView, b.blasView)
        let pointerA = UnsafePointer(a.rawPointer.assumingMemoryBound(to: T.self))
        let pointerB = UnsafePointer(b.rawPointer.assumingMemoryBound(to: T.self))
        let pointerC = c.rawPointer.assumingMemoryBound(to: T.self)
        func one(_ batch: (Int, Int, Int)) {
            T.product(
                viewA.transpose, viewB.transpose, m, n, k, pointerA + batch.0, viewA.leading, pointerB + batch.1,
                viewB.leading, beta: 0, pointerC + batch.2, n, bias: nil, relu: false)
        }
        if batches.count == 1 { return one(batches[0]) }
        // About 100 µs of arithmetic a chunk.
        let grain = Swift.max(1, 10_000_000 / Swift.max(1, 2 * m * n * k))
        parallel(chunks: (batches.count + grain - 1) / grain) { chunk in
            for index in chunk * grain..<Swift.min((chunk + 1) * grain, batches.count) { one(batches[index]) }
        }
    }
    if a.dtype == .float32 { run(Float.self) } else { run(Double.self) }
    withExtendedLifetime((a.storage, b.storage)) {}
}
