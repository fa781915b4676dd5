import CotangentBLAS

/// How ``Tensor/leastSquares(_:method:tolerance:)`` factors.
public enum LeastSquaresMethod: Sendable, Equatable {
    /// QR with column pivoting, of columns that were scaled to one length. Fast, and what the columns are measured in
    /// costs no digits: polynomials of high degree lose far fewer than by `.svd`.
    case qr
    /// The singular values of the matrix as it is (LAPACK's `gelsd`, as in NumPy's `lstsq`).
    case svd
}

/// What ``Tensor/leastSquares(_:method:tolerance:)`` gives.
public struct LeastSquares: Sendable {
    /// [..., n] or [..., n, k], as the right side was given.
    public let solution: Tensor
    /// ‖b − A x‖² of each right side: [...] or [..., k].
    public let residualSumOfSquares: Tensor
    /// How many columns are linearly independent to working precision, in each matrix of the batch.
    public let ranks: [Int]
    /// How much larger a relative error of the solution may be than one of the data, in each matrix: with `.svd` the
    /// largest singular value over the smallest, with `.qr` LAPACK's estimate in the 1-norm for the scaled columns.
    /// Infinite where the rank is short.
    public let conditions: [Double]
    /// [..., min(m, n)], falling. nil with `.qr`.
    public let singularValues: Tensor?
    /// n
    public let columns: Int

    /// The smallest rank in the batch.
    public var rank: Int { ranks.min() ?? columns }
    /// The largest condition number in the batch.
    public var condition: Double { conditions.max() ?? 1 }
    /// Whether the columns are linearly independent, so that the solution is the only one. Otherwise it is the shortest.
    public var hasFullRank: Bool { rank == columns }
}

extension Tensor {
    /// The x that minimises ‖A x − b‖, where A is this tensor, [..., m, n], of any rank: of several the shortest.
    ///
    /// b is [..., m, k], k right sides, or [..., m], with the leading axes of A. Whether the columns of A are linearly
    /// independent is for the caller to look at: ``LeastSquares/rank``. No gradient is recorded, and it traps where one
    /// would be.
    ///
    /// - Parameter tolerance: a singular value (or an element of R's diagonal) up to this times the largest counts as 0;
    ///   by default ε max(m, n).
    /// - Throws: ``LinearAlgebraError`` where an element of A or b is not finite, A has no elements, or the iteration for
    ///   the singular values does not converge.
    public func leastSquares(
        _ b: Tensor, method: LeastSquaresMethod = .qr, tolerance: Double? = nil
    ) throws(LinearAlgebraError) -> LeastSquares {
        let a = checkedMatrices("leastSquares", self)
        let matrices = MatrixBatch("leastSquares", a)
        let isVector = b.shape.dimensions == Array(a.shape.dropLast())
        guard b.dtype == a.dtype, isVector || b.shape.dropLast() == a.shape.dropLast() else {
            fail(
                "leastSquares",
                "\(a.summary) and the right side \(b.summary): one dtype, one batch and \(matrices.rows) rows are wanted"
            )
        }
        try matrices.requireElements()
        requireUntracked("leastSquares", a)
        requireUntracked("leastSquares", b)
        let right = isVector ? b.expandingAxis(-1) : b
        let limit = tolerance ?? defaultTolerance(a)
        var fit = LeastSquaresFit(matrices, rightSides: right.shape[right.rank - 1], a.dtype, method)
        if !a.isAbstract {
            // Column-major, as LAPACK takes them.
            let memory = try a.finiteColumnMajorCopy("leastSquares")
            let target = try right.finiteColumnMajorCopy("leastSquares", "the right side")
            let info = memory.withScalarType(
                { fit.run($0, memory, target, limit) }, { fit.run($0, memory, target, limit) })
            try matrices.check(info) { .noConvergence(count: $0) }
        }
        let x = fit.solution.transposed.contiguous
        let residual = right.detached - matmul(a, x)
        let squares = sum(square(residual), axes: [-2])
        return LeastSquares(
            solution: isVector ? x.squeezed(axes: [-1]) : x,
            residualSumOfSquares: isVector ? squares.squeezed(axes: [-1]) : squares,
            ranks: fit.ranks, conditions: fit.conditions, singularValues: fit.singularValues, columns: matrices.columns)
    }
}
