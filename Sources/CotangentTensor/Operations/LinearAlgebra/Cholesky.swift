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
        let l = try a.finiteLowerTriangle(matrices)
        if !l.isAbstract {
            let n = matrices.rows
            func factor<T: LAPACKScalar>(_: T.Type) -> [Int] {
                let memory = UncheckedPointer(l.elements(T.self))
                return matrices.forEach(flops: Double(n * n * n) / 3, raisedFrom: 1e7) { index in
                    let l = memory.pointer + index * n * n
                    // Row-major lower is column-major upper: UᵀU with U = Lᵀ.
                    return T.potrf(.upper, n, l, n)
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

    /// A copy of the lower triangles, with zeros above them, where all elements are finite.
    private func finiteLowerTriangle(_ matrices: MatrixBatch) throws(LinearAlgebraError) -> Tensor {
        let source = contiguous
        let result = Tensor(uninitialized: shape, dtype)
        if isAbstract || count == 0 { return result }
        let n = matrices.rows
        func copy<T: LAPACKScalar>(_: T.Type) -> Bool {
            let (from, to) = (source.elements(T.self), result.elements(T.self))
            let rows = matrices.count * n
            let grain = Swift.max(1, elementwiseGrain / n)
            let chunks = (rows + grain - 1) / grain
            return withScratch(Bool.self, count: chunks) { isFinite in
                parallel(chunks: chunks) { chunk in
                    var all = true
                    for index in chunk * grain..<Swift.min((chunk + 1) * grain, rows) {
                        let (row, place) = (index % n, index * n)
                        (to + place).update(from: from + place, count: row + 1)
                        (to + place + row + 1).update(repeating: 0, count: n - row - 1)
                        all = all && T.firstNonFinite(row + 1, to + place) == nil
                    }
                    isFinite[chunk] = all
                }
                return (0..<chunks).allSatisfy { isFinite[$0] }
            }
        }
        let isFinite = withScalarType(copy, copy)
        withExtendedLifetime(source.storage) {}
        if !isFinite { try result.requireFinite(matrices.operation, "the matrix", rowAxis: -2) }
        return result
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
