import CotangentBLAS

extension Tensor {
    /// A = Q R with orthonormal columns in Q and an upper triangle R, where A is this tensor, [..., m, n].
    ///
    /// Q is [..., m, k] and R [..., k, n] with k = min(m, n), or with `full` [..., m, m] and [..., m, n]. Householder
    /// reflections; the diagonal of R has the signs that LAPACK's `geqrf` gives.
    ///
    /// The gradient (Seeger et al., 2017; Walter and Lehmann, 2018) needs linearly independent columns (of the first m
    /// where n > m), and is not defined for the additional columns of a full Q, so those trap while a recording goes on.
    ///
    /// - Throws: ``LinearAlgebraError`` where an element is not finite or there is none.
    public func qr(full: Bool = false) throws(LinearAlgebraError) -> (q: Tensor, r: Tensor) {
        let a = checkedMatrices("qr", self)
        let matrices = MatrixBatch("qr", a)
        try matrices.requireElements()
        let (m, n) = (matrices.rows, matrices.columns)
        let (q, r) = try a.householderFactors(matrices, width: full ? m : matrices.smaller)
        guard let tape = Tape.recording(a) else { return (q, r) }
        if full, m > n { requireUntracked("qr(full: true)", a, "has no gradient for more rows than columns") }
        let parts = tape.record("qr", [q, r], batch: matrices.batch, a) { results, cotangents in
            qrPullback(a, results[0], results[1], cotangents[0], cotangents[1])
        }
        return (parts[0], parts[1])
    }

    private func householderFactors(
        _ matrices: MatrixBatch, width: Int
    ) throws(LinearAlgebraError) -> (q: Tensor, r: Tensor) {
        let (m, n, k) = (matrices.rows, matrices.columns, matrices.smaller)
        let work = try finiteColumnMajorCopy("qr")
        // Q column-major.
        let q = Tensor(uninitialized: matrices.shape(width, m), dtype)
        let r = Tensor(uninitialized: matrices.shape(width, n), dtype)
        if q.isAbstract { return (q.transposed, r) }
        func factor<T: LAPACKScalar>(_: T.Type) -> [Int] {
            let (a, q, r) = (work.elements(T.self), q.elements(T.self), r.elements(T.self))
            let size = Swift.max(
                T.workspace { T.geqrf(m, n, a, m, q, $0, -1) }, T.workspace { T.orgqr(m, width, k, q, m, q, $0, -1) })
            return matrices.forEach(flops: 4 * Double(m * n * k), raisedFrom: 1e8) { index in
                withScratch(T.self, count: size + k) { work in
                    let (a, q, r) = (a + index * m * n, q + index * m * width, r + index * width * n)
                    let tau = work + size
                    let info = T.geqrf(m, n, a, m, tau, work, size)
                    if info != 0 { return info }
                    for row in 0..<width {
                        let zeros = Swift.min(row, n)
                        (r + row * n).update(repeating: 0, count: zeros)
                        for column in zeros..<n { r[row * n + column] = row < m ? a[column * m + row] : 0 }
                    }
                    q.update(from: a, count: m * Swift.min(n, width))
                    return T.orgqr(m, width, k, q, m, tau, work, size)
                }
            }
        }
        try matrices.check(work.withScalarType(factor, factor)) { .noConvergence(count: $0) }
        return (q.transposed, r)
    }
}

/// With m ≥ n: Ā = (Q̄ + Q copyltu(R R̄ᵀ − Q̄ᵀ Q)) R⁻ᵀ, where copyltu mirrors the strict lower triangle. With m < n, A = [X Y]
/// and R = [U V]: X = Q U as before with Q̄ + Y V̄ᵀ for Q̄, and Ȳ = Q V̄.
private func qrPullback(_ a: Tensor, _ q: Tensor, _ r: Tensor, _ dq: Tensor, _ dr: Tensor) -> Tensor {
    let (m, n) = (a.shape[a.rank - 2], a.shape[a.rank - 1])
    if m < n {
        let (u, du) = (r[.ellipsis, 0..<m], dr[.ellipsis, 0..<m])
        let (y, dv) = (a[.ellipsis, m..<n], dr[.ellipsis, m..<n])
        let dx = squarePullback(q, u, dq + matmul(y, dv.transposed), du)
        return concatenate([dx, matmul(q, dv)], axis: -1)
    }
    return squarePullback(q, r, dq, dr)
}

private func squarePullback(_ q: Tensor, _ r: Tensor, _ dq: Tensor, _ dr: Tensor) -> Tensor {
    let inner = matmul(r, dr.transposed) - matmul(dq.transposed, q)
    let lower = inner.lowerTriangle(excludingDiagonal: true)
    let right = dq + matmul(q, lower + lower.transposed + inner.diagonalPart)
    // X R⁻ᵀ = (R⁻¹ Xᵀ)ᵀ
    let triangle = Triangular(a: r, memory: r.detached.contiguous, lower: false, unit: false)
    return triangularSolve(triangle, right.transposed, transposed: false).transposed
}
