import CotangentBLAS

/// x with A x = b for a triangle A [..., n, n] and b [..., n, k], whose batch A's broadcasts to.
func triangularSolve(
    _ operation: String, _ a: Tensor, _ b: Tensor, lower: Bool, unit: Bool
) throws(LinearAlgebraError) -> Tensor {
    let matrices = MatrixBatch(operation, a)
    try matrices.requireElements()
    let triangle = try a.finiteCopy(operation)
    if !unit, !a.isAbstract {
        let n = matrices.rows
        let zeros = equal(triangle.diagonals, 0)
        if anyTrue(zeros).item != 0 {
            let place = zeros.bools.firstIndex(of: true)!
            throw matrices.error(.singular(pivot: place % n), place / n)
        }
    }
    return triangularSolve(Triangular(a: a, memory: triangle, lower: lower, unit: unit), b, transposed: false)
}

/// A triangle: the tensor that gradients are taken of, and the same elements row-major (or those of its transpose) as a plain
/// value.
struct Triangular {
    let a: Tensor
    let memory: Tensor
    let lower: Bool
    let unit: Bool
    var isMemoryTransposed = false
}

/// op(A)⁻¹ b, recorded. The pullback solves with the same triangle.
func triangularSolve(_ triangular: Triangular, _ b: Tensor, transposed: Bool) -> Tensor {
    let x = triangularSolution(triangular, b, transposed: transposed)
    let a = triangular.a
    guard let tape = Tape.recording(a, b) else { return x }
    let (needsA, needsB) = (tape.tracks(a), tape.tracks(b))
    let tracked = tape.next(x)
    return tape.record("solve", tracked, a, b) { dx in
        let db = triangularSolve(triangular, dx, transposed: !transposed)
        if !needsA { return (nil, db) }
        let da = transposed ? matmul(tracked, db.transposed) : matmul(db, tracked.transposed)
        let kept = -da.reduced(to: a.shape)
        return (
            triangular.lower
                ? kept.lowerTriangle(excludingDiagonal: triangular.unit)
                : kept.upperTriangle(excludingDiagonal: triangular.unit), needsB ? db : nil
        )
    }
}

/// op(A)⁻¹ b as a plain value. A row-major lower triangle is an upper one column-major: Xᵀ op(A)ᵀ = Bᵀ.
private func triangularSolution(_ triangular: Triangular, _ b: Tensor, transposed: Bool) -> Tensor {
    let x = b.detached.copied()
    if x.isAbstract || x.count == 0 { return x }
    let targets = MatrixBatch("solve", x)
    let (n, k) = (targets.rows, targets.columns)
    let memory = triangular.memory
    let isLower = triangular.lower != triangular.isMemoryTransposed
    let isTransposed = transposed != triangular.isMemoryTransposed
    let source = BatchIndex(Shape(Array(memory.shape.dropLast(2))), in: targets.batch)
    func solve<T: LAPACKScalar>(_: T.Type) {
        let (a, x) = (memory.elements(T.self), x.elements(T.self))
        _ = targets.forEach(flops: Double(n * n * k), raisedFrom: 5e6) { index in
            T.solveRight(
                isLower ? .upper : .lower, isTransposed ? .yes : .no, unit: triangular.unit, k, n,
                a + source[index] * n * n, n, x + index * n * k, k)
            return 0
        }
    }
    x.withScalarType(solve, solve)
    withExtendedLifetime(memory.storage) {}
    return x
}
