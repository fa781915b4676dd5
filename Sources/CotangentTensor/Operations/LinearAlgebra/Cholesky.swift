import CotangentBLAS

extension Tensor {
    /// The lower triangle L with A = L Lᵀ and a positive diagonal, where A is this tensor, [..., n, n], symmetric and
    /// positive definite. Only its lower triangle is read.
    ///
    /// The gradient is Ā = ½ L⁻ᵀ (Φ + Φᵀ) L⁻¹ with Φ = the lower triangle of Lᵀ L̄, its diagonal halved (Murray, 2016):
    /// symmetric, as though both triangles were read.
    ///
    /// - Throws: ``LinearAlgebraError`` where A is not positive definite (the order of the leading minor that is not
    ///   positive), an element is not finite, or A has no elements.
    public func choleskyFactor() throws(LinearAlgebraError) -> Tensor {
        try choleskyFactor(operation: "choleskyFactor")
    }

    func choleskyFactor(operation: String) throws(LinearAlgebraError) -> Tensor {
        let a = checkedMatrices(operation, self, square: true)
        let matrices = MatrixBatch(operation, a)
        try matrices.requireElements()
        // Column-major: LAPACK's lower form is half as fast again as its upper one (OpenBLAS 0.3.21).
        let factor = detached.transposed.copied()
        if !factor.isAbstract, factor.count > 0 {
            let n = matrices.rows
            func clear<T: LAPACKScalar>(_: T.Type) {
                let memory = factor.elements(T.self)
                for row in 0..<matrices.count * n { (memory + row * n).update(repeating: 0, count: row % n) }
            }
            factor.withScalarType(clear, clear)
            try factor.requireFinite(operation, "the matrix", rowAxis: -1)
            func decompose<T: LAPACKScalar>(_: T.Type) -> [Int] {
                let memory = UncheckedPointer(factor.elements(T.self))
                return matrices.forEach(flops: Double(n * n * n) / 3, raisedFrom: 1e7) { index in
                    T.potrf(.lower, n, memory.pointer + index * n * n, n)
                }
            }
            try matrices.check(factor.withScalarType(decompose, decompose)) { .notPositiveDefinite(order: $0) }
        }
        let l = factor.transposed
        guard let tape = Tape.recording(a) else { return l }
        let tracked = tape.next(l)
        return tape.record("choleskyFactor", tracked, a) { dl in
            let inner = matmul(tracked.transposed, dl)
            let phi = inner.lowerTriangle() - inner.diagonalPart * 0.5
            let factor = tracked.asTriangularFactor
            // L⁻ᵀ S L⁻¹ = L⁻ᵀ (L⁻ᵀ Sᵀ)ᵀ for S = Φ + Φᵀ.
            let half = triangularSolve(factor, (phi + phi.transposed) * 0.5, transposed: true)
            return triangularSolve(factor, half.transposed, transposed: true)
        }
    }

    /// This tensor, a lower triangle without zeros on its diagonal.
    var asTriangularFactor: Triangular {
        // The factor that `choleskyFactor` gives lies column-major.
        let other = detached.transposed
        return layout.isContiguous || !other.layout.isContiguous
            ? Triangular(a: self, memory: detached.contiguous, lower: true, unit: false)
            : Triangular(a: self, memory: other, lower: true, unit: false, isMemoryTransposed: true)
    }

    /// A⁻¹ b for A = L Lᵀ, where L is this tensor.
    func solveFactored(_ b: Tensor) -> Tensor {
        let factor = asTriangularFactor
        return triangularSolve(factor, triangularSolve(factor, b, transposed: false), transposed: true)
    }
}
