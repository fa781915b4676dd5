/// A norm of matrices.
public enum MatrixNorm: Sendable, Equatable, CaseIterable {
    /// √(Σ aᵢⱼ²)
    case frobenius
    /// The largest sum of absolute values in a column.
    case one
    /// The largest sum of absolute values in a row.
    case infinity
    /// The largest singular value.
    case two
    /// The sum of the singular values.
    case nuclear
}

extension Tensor {
    /// A norm of each matrix of this tensor, [..., m, n]: [...].
    ///
    /// - Throws: ``LinearAlgebraError`` where an element is not finite or there is none.
    public func matrixNorm(_ norm: MatrixNorm = .frobenius) throws(LinearAlgebraError) -> Tensor {
        let a = checkedMatrices("matrixNorm", self)
        try MatrixBatch("matrixNorm", a).requireElements()
        try a.detached.contiguous.requireFinite("matrixNorm", "the matrix", rowAxis: -2)
        switch norm {
        case .frobenius:
            // Scaled, so that no square is beyond the range.
            let largest = max(abs(a.detached), axes: [-2, -1], keepingAxes: true)
            let scale = Tensor.where(equal(largest, 0), Tensor.ones(like: largest), largest)
            return sqrt(sum(square(a / scale), axes: [-2, -1])) * scale.squeezed(axes: [-2, -1])
        case .one: return max(sum(abs(a), axes: [-2]), axes: [-1])
        case .infinity: return max(sum(abs(a), axes: [-1]), axes: [-1])
        case .two: return try a.singularValues()[.ellipsis, 0]
        case .nuclear: return try sum(a.singularValues(), axes: [-1])
        }
    }

    /// The largest singular value of each matrix over its smallest, [...]: how much larger a relative error of the
    /// solution of a linear system may be than one of its data. Infinite for a matrix that is exactly singular.
    ///
    /// - Throws: ``LinearAlgebraError`` where the iteration does not converge, an element is not finite or there is none.
    public func conditionNumber() throws(LinearAlgebraError) -> Tensor {
        let s = try singularValues()
        return s[.ellipsis, 0] / s[.ellipsis, s.shape[s.rank - 1] - 1]
    }
}
