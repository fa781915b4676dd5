extension Tensor {
    /// The determinants of this tensor, [..., n, n]: [...]. 0 for a singular matrix; it over- and underflows soon as n grows,
    /// where ``logDeterminant()`` does not.
    ///
    /// The gradient is det A · A⁻ᵀ (Giles, 2008), and for a singular matrix that of the cofactors, by its SVD.
    ///
    /// - Throws: ``LinearAlgebraError`` where an element is not finite or there is none.
    public func determinant() throws(LinearAlgebraError) -> Tensor {
        let a = checkedMatrices("determinant", self, square: true)
        let factors = try LUFactors("determinant", a)
        if a.isAbstract { return Tensor(abstract: factors.matrices.batch, a.dtype) }
        let y = factors.parity * product(factors.diagonal, axes: [-1])
        guard let tape = Tape.recording(a) else { return y }
        if !factors.isRegular { return try cofactorDeterminant(tape, a, y) }
        let tracked = tape.next(y)
        return tape.record("determinant", tracked, a) { factors.inverseTransposed(a, times: $0 * tracked) }
    }

    /// The sign and the logarithm of the absolute value of the determinants of this tensor, [..., n, n]; 0 and −∞ for a
    /// singular matrix.
    ///
    /// The gradient of the logarithm is A⁻ᵀ, that of the sign 0.
    ///
    /// - Throws: ``LinearAlgebraError`` where an element is not finite or there is none, and, where a gradient is recorded,
    ///   for a singular matrix.
    public func logDeterminant() throws(LinearAlgebraError) -> (sign: Tensor, logAbsolute: Tensor) {
        let a = checkedMatrices("logDeterminant", self, square: true)
        let factors = try LUFactors("logDeterminant", a)
        if a.isAbstract {
            let y = Tensor(abstract: factors.matrices.batch, a.dtype)
            return (y, y)
        }
        let diagonal = factors.diagonal
        let signs = factors.parity * product(sign(diagonal), axes: [-1])
        let y = sum(log(abs(diagonal)), axes: [-1])
        guard let tape = Tape.recording(a) else { return (signs, y) }
        try factors.requireRegular()
        return (signs, tape.record("logDeterminant", y, a) { factors.inverseTransposed(a, times: $0) })
    }

    /// `determinant` where a matrix is singular: U diag(∏_{j≠i} s_j) Vᵀ, times the determinants of U and V.
    private func cofactorDeterminant(
        _ tape: Tape, _ a: Tensor, _ y: Tensor
    ) throws(LinearAlgebraError) -> Tensor {
        let (u, s, vt) = try a.svd()
        let signs = try matmul(u, vt).detached.determinant()
        let n = s.shape[s.rank - 1]
        return tape.record("determinant", y, a) { dy in
            let others = Tensor.where(
                Tensor.identity(n, dtype: .bool), Tensor.ones([], dtype: s.dtype), s.expandingAxis(-2))
            let cofactors = product(others, axes: [-1])
            return matmul(u * ((dy * signs).expandingAxis(-1) * cofactors).expandingAxis(-2), vt)
        }
    }
}

extension LUFactors {
    /// c A⁻ᵀ for c [batch], recorded.
    fileprivate func inverseTransposed(_ a: Tensor, times c: Tensor) -> Tensor {
        let scaled = c.expandingAxis(-1).broadcast(to: matrices.shape(matrices.rows)).asDiagonal
        return solve(a, scaled, transposed: true)
    }
}
