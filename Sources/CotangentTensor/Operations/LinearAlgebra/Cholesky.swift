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
        let l = try a.finiteCopy(operation)
        if !l.isAbstract {
            let n = matrices.rows
            func factor<T: LAPACKScalar>(_: T.Type) -> [Int] {
                let memory = UncheckedPointer(l.elements(T.self))
                return matrices.forEach(flops: Double(n * n * n) / 3, raisedFrom: 2e6) { index in
                    let l = memory.pointer + index * n * n
                    // Row-major lower is column-major upper: UᵀU with U = Lᵀ.
                    let info = T.potrf(.upper, n, l, n)
                    for row in 0..<n { (l + row * n + row + 1).update(repeating: 0, count: n - row - 1) }
                    return info
                }
            }
            try matrices.check(l.withScalarType(factor, factor)) { .notPositiveDefinite(order: $0) }
        }
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
        Triangular(a: self, memory: detached.contiguous, lower: true, unit: false)
    }

    /// A⁻¹ b for A = L Lᵀ, where L is this tensor.
    func solveFactored(_ b: Tensor) -> Tensor {
        let factor = asTriangularFactor
        return triangularSolve(factor, triangularSolve(factor, b, transposed: false), transposed: true)
    }
}
