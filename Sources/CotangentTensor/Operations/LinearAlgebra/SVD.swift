import CotangentBLAS

extension Tensor {
    /// A = U diag(s) Vᵀ, where A is this tensor, [..., m, n]: u and vt have orthonormal columns and rows, and s falls.
    ///
    /// s is [..., k] with k = min(m, n), u [..., m, k] and vt [..., k, n], or with `full` [..., m, m] and [..., n, n]. By
    /// divide and conquer (LAPACK's `gesdd`).
    ///
    /// The gradient (Townsend, 2016) of u and vt is not defined where singular values are equal (and for vectors beyond
    /// k, so that a full decomposition traps while a recording goes on): such pairs count as 0. That of s, for which
    /// ``singularValues()`` is shorter, always is.
    ///
    /// - Throws: ``LinearAlgebraError`` where the iteration does not converge, an element is not finite or there is none.
    public func svd(full: Bool = false) throws(LinearAlgebraError) -> (u: Tensor, s: Tensor, vt: Tensor) {
        let a = checkedMatrices("svd", self)
        let matrices = MatrixBatch("svd", a)
        try matrices.requireElements()
        let (m, n, k) = (matrices.rows, matrices.columns, matrices.smaller)
        let work = try a.finiteCopy("svd")
        let (left, right) = full ? (m, n) : (k, k)
        let u = Tensor(uninitialized: matrices.shape(m, left), a.dtype)
        let s = Tensor(uninitialized: matrices.shape(k), a.dtype)
        let vt = Tensor(uninitialized: matrices.shape(right, n), a.dtype)
        if u.isAbstract { return (u, s, vt) }
        func decompose<T: LAPACKScalar>(_: T.Type) -> [Int] {
            let (u, vt) = (u.elements(T.self), vt.elements(T.self))
            // The memory is Aᵀ = V S Uᵀ column-major: its left vectors V are vt row-major, its Uᵀ u.
            return singularValueInfo(matrices, full ? "A" : "S", work.elements(T.self), s.elements(T.self)) {
                (vt + $0 * right * n, n, u + $0 * m * left, left)
            }
        }
        try matrices.check(work.withScalarType(decompose, decompose)) { .noConvergence(count: $0) }
        guard let tape = Tape.recording(a) else { return (u, s, vt) }
        if full, m != n { requireUntracked("svd(full: true)", a, "has no gradient for matrices that are not square") }
        let parts = tape.record("svd", [u, s, vt], batch: matrices.batch, a) { svdPullback($0, $1) }
        return (parts[0], parts[1], parts[2])
    }

    /// The singular values, falling, [..., min(m, n)]: see ``svd(full:)``. Faster than with the vectors.
    public func singularValues() throws(LinearAlgebraError) -> Tensor {
        if Tape.recording(self) != nil {
            // s̄ ↦ U diag(s̄) Vᵀ, whatever values are equal.
            return try svd().s
        }
        let a = checkedMatrices("singularValues", self)
        let matrices = MatrixBatch("singularValues", a)
        try matrices.requireElements()
        let work = try a.finiteCopy("singularValues")
        let s = Tensor(uninitialized: matrices.shape(matrices.smaller), a.dtype)
        if s.isAbstract { return s }
        func decompose<T: LAPACKScalar>(_: T.Type) -> [Int] {
            singularValueInfo(matrices, "N", work.elements(T.self), s.elements(T.self)) { _ in (nil, 1, nil, 1) }
        }
        try matrices.check(work.withScalarType(decompose, decompose)) { .noConvergence(count: $0) }
        return s
    }
}

/// LAPACK's `gesdd` for the transposes of `matrices`, which is what their memory `a` holds column-major. `vectors` says
/// where those of a matrix go.
private func singularValueInfo<T: LAPACKScalar>(
    _ matrices: MatrixBatch, _ wanted: Character, _ a: UnsafeMutablePointer<T>, _ s: UnsafeMutablePointer<T>,
    _ vectors: (Int) -> (UnsafeMutablePointer<T>?, Int, UnsafeMutablePointer<T>?, Int)
) -> [Int] {
    let (m, n, k) = (matrices.rows, matrices.columns, matrices.smaller)
    let first = vectors(0)
    let size = withScratch(Int32.self, count: 8 * k) { integers in
        T.workspace { T.gesdd(wanted, n, m, a, n, s, first.0, first.1, first.2, first.3, $0, -1, integers) }
    }
    return withoutActuallyEscaping(vectors) { vectors in
        matrices.forEach(flops: 10 * Double(m * n * k), raisedFrom: 1e8) { index in
            withScratch(T.self, count: size) { work in
                withScratch(Int32.self, count: 8 * k) { integers in
                    let place = vectors(index)
                    return T.gesdd(
                        wanted, n, m, a + index * m * n, n, s + index * k, place.0, place.1, place.2, place.3, work,
                        size, integers)
                }
            }
        }
    }
}

/// With F_ij = 1 / (s_j² − s_i²):
///
///     Ā = U (F∘(UᵀŪ − ŪᵀU) S + S F∘(VᵀV̄ − V̄ᵀV) + diag(s̄)) Vᵀ + (I − UUᵀ) Ū S⁻¹ Vᵀ + U S⁻¹ V̄ᵀ (I − VVᵀ)
private func svdPullback(_ results: [Tensor], _ cotangents: [Tensor]) -> Tensor {
    let (u, s, vt) = (results[0], results[1], results[2])
    let (du, ds, dvt) = (cotangents[0], cotangents[1], cotangents[2])
    let (m, n, k) = (u.shape[u.rank - 2], vt.shape[vt.rank - 1], s.shape[s.rank - 1])
    let (row, column) = (s.expandingAxis(-2), s.expandingAxis(-1))
    // (s_j − s_i)(s_j + s_i) has more digits than the difference of the squares.
    let f = reciprocalOrZero((row - column) * (row + column))
    let left = matmul(u.transposed, du)
    let right = matmul(vt, dvt.transposed)
    let inner =
        f * (left - left.transposed) * row + column * (f * (right - right.transposed)) + ds.asDiagonal
    var result = matmul(matmul(u, inner), vt)
    let inverse = m > k || n > k ? reciprocalOrZero(s) : s
    if m > k {
        result = result + matmul((du - matmul(u, left)) * inverse.expandingAxis(-2), vt)
    }
    if n > k {
        let outside = dvt - matmul(right.transposed, vt)
        result = result + matmul(u, inverse.expandingAxis(-1) * outside)
    }
    return result
}

/// 1 / x, and 0 where x is 0.
func reciprocalOrZero(_ x: Tensor) -> Tensor {
    let isZero = equal(x.detached, 0)
    let safe = Tensor.where(isZero, Tensor.ones([], dtype: x.dtype), x)
    return Tensor.where(isZero, Tensor.zeros([], dtype: x.dtype), reciprocal(safe))
}
