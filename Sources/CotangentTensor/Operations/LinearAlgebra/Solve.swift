import CotangentBLAS

/// What is known of the matrix of a linear system.
public enum MatrixStructure: Sendable, Equatable {
    /// Nothing: LU factors with partial pivoting.
    case general
    /// Symmetric and positive definite: Cholesky's factor, in half the time. Only the lower triangle is used.
    case symmetricPositiveDefinite
    /// A triangle; what stands in the other is not used, and where `unit` the diagonal is taken to be 1.
    case lowerTriangular(unit: Bool = false)
    case upperTriangular(unit: Bool = false)

    public static var lowerTriangular: MatrixStructure { .lowerTriangular() }
    public static var upperTriangular: MatrixStructure { .upperTriangular() }
}

extension Tensor {
    /// x with A x = b, where A is this tensor, [..., n, n].
    ///
    /// b is [..., n, k], k right sides, or [..., n]: one for each matrix where its shape is that of A without the last
    /// axis, or a vector. Leading axes are a batch and broadcast. float32 and float64. Many small matrices are solved
    /// side by side, a large one by LAPACK with all threads.
    ///
    /// The gradient is b̄ = A⁻ᵀ x̄, Ā = −b̄ xᵀ (Giles, 2008), from the same factors. That of a triangle is 0 where nothing
    /// is read. `.symmetricPositiveDefinite` reads the lower triangle as both, and its gradient is symmetric.
    ///
    /// - Throws: ``LinearAlgebraError`` where a pivot is exactly 0, the matrix is not positive definite, an element of A or
    ///   b is not finite, or A has no elements. A matrix that is only nearly singular gives large errors instead: see
    ///   ``conditionNumber()``.
    public func solve(
        _ b: Tensor, assuming structure: MatrixStructure = .general
    ) throws(LinearAlgebraError) -> Tensor {
        let a = checkedMatrices("solve", self, square: true)
        let n = a.shape[a.rank - 1]
        let isVector = b.rank == 1 || b.shape.dimensions == Array(a.shape.dropLast())
        let columns = isVector ? b.expandingAxis(-1) : b
        guard b.dtype == a.dtype, columns.rank >= 2, columns.shape[columns.rank - 2] == n,
            let batch = Shape.broadcast(Shape(Array(a.shape.dropLast(2))), Shape(Array(columns.shape.dropLast(2))))
        else {
            return reject(
                "solve",
                "\(a.summary) and the right side \(b.summary): one dtype, \(n) rows, and batches that broadcast are wanted",
                meant: b)
        }
        let right = columns.broadcast(to: Shape(batch.dimensions + columns.shape.suffix(2)))
        try right.detached.contiguous.requireFinite("solve", "the right side", rowAxis: -2)
        let x: Tensor
        switch structure {
        case .general:
            let factors = try LUFactors("solve", a)
            try factors.requireRegular()
            x = factors.solve(a, right, transposed: false)
        case .symmetricPositiveDefinite:
            x = try a.choleskyFactor(operation: "solve").solveFactored(right)
        case .lowerTriangular(let unit):
            x = try triangularSolve("solve", a, right, lower: true, unit: unit)
        case .upperTriangular(let unit):
            x = try triangularSolve("solve", a, right, lower: false, unit: unit)
        }
        return isVector ? x.squeezed(axes: [-1]) : x
    }
}

extension LUFactors {
    /// op(A)⁻¹ b, recorded: `a` is what was factored. Its pullback uses the same factors, so it cannot fail.
    func solve(_ a: Tensor, _ b: Tensor, transposed: Bool) -> Tensor {
        let x = solve(b, transposed: transposed)
        guard let tape = Tape.recording(a, b) else { return x }
        let (needsA, needsB) = (tape.tracks(a), tape.tracks(b))
        let tracked = tape.next(x)
        return tape.record("solve", tracked, a, b) { dx in
            let db = solve(a, dx, transposed: !transposed)
            let da = transposed ? matmul(tracked, db.transposed) : matmul(db, tracked.transposed)
            return (needsA ? -da.reduced(to: a.shape) : nil, needsB ? db : nil)
        }
    }
}
