import CotangentBLAS

extension Tensor {
    /// A = V diag(λ) Vᵀ, where A is this tensor, [..., n, n], symmetric: `values` λ is [..., n], rising, and the columns of
    /// `vectors` V [..., n, n] are orthonormal. Only the lower triangle of A is read. By divide and conquer (LAPACK's
    /// `syevd`).
    ///
    /// The gradient is Ā = V (diag(λ̄) + F∘(VᵀV̄)) Vᵀ with F_ij = 1 / (λ_j − λ_i) (Giles, 2008), made symmetric, as though
    /// both triangles were read. That of the vectors is not defined where eigenvalues are equal: such pairs count as 0.
    ///
    /// - Throws: ``LinearAlgebraError`` where the iteration does not converge, an element is not finite or there is none.
    public func symmetricEigen() throws(LinearAlgebraError) -> (values: Tensor, vectors: Tensor) {
        let (a, matrices, values, vectors) = try symmetricEigen(wantsVectors: true)
        guard let tape = Tape.recording(a) else { return (values, vectors) }
        let parts = tape.record("symmetricEigen", [values, vectors], batch: matrices.batch, a) { results, cotangents in
            let (values, v) = (results[0], results[1])
            let f = reciprocalOrZero(values.expandingAxis(-2) - values.expandingAxis(-1))
            let inner = cotangents[0].asDiagonal + f * matmul(v.transposed, cotangents[1])
            return matmul(matmul(v, inner), v.transposed).symmetrized
        }
        return (parts[0], parts[1])
    }

    /// The eigenvalues of a symmetric matrix, rising: see ``symmetricEigen()``. Faster than with the vectors.
    public func symmetricEigenvalues() throws(LinearAlgebraError) -> Tensor {
        if Tape.recording(self) != nil { return try symmetricEigen().values }
        return try symmetricEigen(wantsVectors: false).values
    }

    private func symmetricEigen(
        wantsVectors: Bool
    ) throws(LinearAlgebraError) -> (a: Tensor, matrices: MatrixBatch, values: Tensor, vectors: Tensor) {
        let a = checkedMatrices("symmetricEigen", self, square: true)
        let matrices = MatrixBatch("symmetricEigen", a)
        try matrices.requireElements()
        let n = matrices.rows
        let vectors = try a.finiteColumnMajorCopy("symmetricEigen")
        let values = Tensor(uninitialized: matrices.shape(n), a.dtype)
        if values.isAbstract { return (a, matrices, values, vectors) }
        func decompose<T: LAPACKScalar>(_: T.Type) -> [Int] {
            let (v, w) = (vectors.elements(T.self), values.elements(T.self))
            var integerCount: Int32 = 0
            let size = T.workspace {
                T.syevd(vectors: wantsVectors, .lower, n, v, n, w, $0, -1, &integerCount, -1)
            }
            let integerSize = Int(integerCount)
            return matrices.forEach(flops: 6 * Double(n * n * n), raisedFrom: 1e8) { index in
                withScratch(T.self, count: size) { work in
                    withScratch(Int32.self, count: integerSize) { integers in
                        T.syevd(
                            vectors: wantsVectors, .lower, n, v + index * n * n, n, w + index * n, work, size, integers,
                            integerSize)
                    }
                }
            }
        }
        try matrices.check(vectors.withScalarType(decompose, decompose)) { .noConvergence(count: $0) }
        // The eigenvectors are columns column-major: rows here.
        return (a, matrices, values, vectors.transposed)
    }
}
