import CotangentBLAS

extension Tensor {
    /// A⁻¹, where A is this tensor, [..., n, n]. To solve a system, ``solve(_:assuming:)`` is faster and more exact.
    ///
    /// The gradient is Ā = −A⁻ᵀ Ȳ A⁻ᵀ (Giles, 2008).
    ///
    /// - Throws: ``LinearAlgebraError`` where a pivot is exactly 0, an element is not finite, or there is none.
    public func inverse() throws(LinearAlgebraError) -> Tensor {
        let a = checkedMatrices("inverse", self, square: true)
        let factors = try LUFactors("inverse", a)
        try factors.requireRegular()
        let y = factors.inverse()
        guard let tape = Tape.recording(a) else { return y }
        let tracked = tape.next(y)
        return tape.record("inverse", tracked, a) { dy in
            -matmul(matmul(tracked.transposed, dy), tracked.transposed)
        }
    }

    /// The pseudo-inverse of Moore and Penrose, [..., n, m] for this tensor A [..., m, n]: V diag(1/s) Uᵀ for the singular
    /// values above `tolerance` times the largest, without the others.
    ///
    /// The gradient is that of Golub and Pereyra (1973), which holds where the rank does not change nearby.
    ///
    /// - Parameter tolerance: by default ε max(m, n).
    /// - Throws: ``LinearAlgebraError`` as ``svd(full:)`` does.
    public func pseudoInverse(tolerance: Double? = nil) throws(LinearAlgebraError) -> Tensor {
        let a = checkedMatrices("pseudoInverse", self)
        let (u, s, vt) = try a.detached.svd()
        let limit = tolerance ?? defaultTolerance(a)
        let largest = s[.ellipsis, 0..<Swift.min(1, s.shape[s.rank - 1])]
        let kept = greater(s, largest * limit)
        let reciprocals = reciprocalOrZero(Tensor.where(kept, s, Tensor.zeros([], dtype: s.dtype)))
        let y = matmul(vt.transposed, reciprocals.expandingAxis(-1) * u.transposed)
        guard let tape = Tape.recording(a) else { return y }
        let p = tape.next(y)
        // Ā = −Pᵀ P̄ Pᵀ + (I − A P) P̄ᵀ P Pᵀ + Pᵀ P P̄ᵀ (I − P A)
        return tape.record("pseudoInverse", p, a) { dp in
            let (pt, dpt) = (p.transposed, dp.transposed)
            let x = matmul(dpt, matmul(p, pt))
            let z = matmul(matmul(pt, p), dpt)
            return x - matmul(a, matmul(p, x)) + z - matmul(matmul(z, p), a) - matmul(pt, matmul(dp, pt))
        }
    }
}

/// ε max(m, n): up to this times the largest, singular values are as good as 0.
func defaultTolerance(_ a: Tensor) -> Double {
    let epsilon = a.dtype == .float32 ? Double(Float.ulpOfOne) : Double.ulpOfOne
    return epsilon * Double(Swift.max(a.shape[a.rank - 2], a.shape[a.rank - 1]))
}

extension LUFactors {
    /// A⁻¹ as a plain value. Overwrites the factors where matrices are large.
    fileprivate func inverse() -> Tensor {
        let n = matrices.rows
        if n < smallestForLAPACK {
            return solve(Tensor.ones(matrices.shape(n), dtype: factors.dtype).asDiagonal, transposed: false)
        }
        if factors.isAbstract || factors.count == 0 { return factors }
        func invert<T: LAPACKScalar>(_: T.Type) {
            let a = factors.elements(T.self)
            let size = T.workspace { T.getri(n, a, n, pivots, $0, -1) }
            _ = matrices.forEach(flops: 4.0 / 3 * Double(n * n * n), raisedFrom: 1e7) { index in
                // The inverse of the transpose column-major is the inverse row-major.
                withScratch(T.self, count: size) { work in
                    T.getri(n, a + index * n * n, n, pivots + index * n, work, size)
                }
            }
        }
        factors.withScalarType(invert, invert)
        return factors
    }
}
