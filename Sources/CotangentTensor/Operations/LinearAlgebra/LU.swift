import CotangentBLAS

/// The LU factors of a matrix with partial pivoting: the rows of A in the order `permutation` are L U.
public struct LU: Sendable {
    /// int64, [..., m]: row i of L U is row `permutation[i]` of A.
    public let permutation: Tensor
    /// L, [..., m, k] with k = min(m, n), ones on its diagonal.
    public let lower: Tensor
    /// U, [..., k, n].
    public let upper: Tensor

    /// x with A x = b for square A: b is [..., n, k] or [..., n] with A's leading axes.
    ///
    /// - Throws: ``LinearAlgebraError`` where U has a 0 on its diagonal, or an element of b is not finite.
    public func solve(_ b: Tensor) throws(LinearAlgebraError) -> Tensor {
        let isVector = b.rank == permutation.rank
        let right = isVector ? b.expandingAxis(-1) : b
        guard lower.shape == upper.shape, b.dtype == lower.dtype, right.rank == lower.rank,
            right.shape.dropLast() == lower.shape.dropLast()
        else {
            return reject(
                "LU.solve", "factors \(lower.shape), \(upper.shape) and the right side \(b.summary) do not go together",
                meant: b)
        }
        let rows = permutation.expandingAxis(-1).broadcast(to: right.shape).contiguous
        let y = try lower.solve(gatherAlong(right, rows, axis: right.rank - 2), assuming: .lowerTriangular(unit: true))
        let x = try upper.solve(y, assuming: .upperTriangular)
        return isVector ? x.squeezed(axes: [-1]) : x
    }
}

extension Tensor {
    /// L U = A with its rows exchanged so that every element of L is at most 1, where A is this tensor, [..., m, n].
    ///
    /// A singular matrix has zeros on U's diagonal and is no error here. No gradient is recorded, and it traps where one
    /// would be; those of ``solve(_:assuming:)``, ``inverse()`` and ``determinant()`` need none of the factors.
    ///
    /// - Throws: ``LinearAlgebraError`` where an element is not finite or there is none.
    public func lu() throws(LinearAlgebraError) -> LU {
        let a = checkedMatrices("lu", self)
        requireUntracked("lu", a)
        let matrices = MatrixBatch("lu", a)
        try matrices.requireElements()
        let (m, n, k) = (matrices.rows, matrices.columns, matrices.smaller)
        let work = try a.finiteColumnMajorCopy("lu")
        let permutation = Tensor(uninitialized: matrices.shape(m), .int64)
        if permutation.isAbstract {
            return LU(
                permutation: permutation, lower: Tensor(abstract: matrices.shape(m, k), a.dtype),
                upper: Tensor(abstract: matrices.shape(k, n), a.dtype))
        }
        func factor<T: LAPACKScalar>(_: T.Type) -> [Int] {
            let (a, order) = (work.elements(T.self), permutation.elements(Int64.self))
            return matrices.forEach(flops: 2.0 / 3 * Double(m * n * k), raisedFrom: 1e7) { index in
                withScratch(Int32.self, count: k) { pivots in
                    let info = T.getrf(m, n, a + index * m * n, m, pivots)
                    let order = order + index * m
                    for row in 0..<m { order[row] = Int64(row) }
                    for row in 0..<k where Int(pivots[row]) - 1 != row {
                        swap(&order[row], &order[Int(pivots[row]) - 1])
                    }
                    // A pivot of 0 is the caller's to find.
                    return Swift.min(info, 0)
                }
            }
        }
        try matrices.check(work.withScalarType(factor, factor)) { .noConvergence(count: $0) }
        let factors = work.transposed
        let lower = factors[.ellipsis, 0..<k].lowerTriangle(excludingDiagonal: true)
        let ones = Tensor.where(
            Tensor.identity(Swift.max(m, k), dtype: .bool)[.ellipsis, 0..<k], Tensor.ones([], dtype: a.dtype), lower)
        return LU(
            permutation: permutation, lower: ones, upper: factors[.ellipsis, 0..<k, 0...].upperTriangle())
    }
}
