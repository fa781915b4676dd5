import CotangentBLAS

/// The eigenvalues and right eigenvectors of matrices that need not be symmetric: A v = λ v. Complex ones come in
/// conjugate pairs, the one with the positive imaginary part first.
public struct Eigendecomposition: Sendable {
    /// The real parts of the eigenvalues, [..., n], in no particular order.
    public let realValues: Tensor
    /// Their imaginary parts, [..., n].
    public let imaginaryValues: Tensor
    /// The real parts of the eigenvectors, in columns of length 1, [..., n, n].
    public let realVectors: Tensor
    /// Their imaginary parts, [..., n, n].
    public let imaginaryVectors: Tensor
}

extension Tensor {
    /// The eigenvalues and right eigenvectors of this tensor, [..., n, n]. For a symmetric one ``symmetricEigen()`` is
    /// faster and more exact. No gradient is recorded, and it traps where one would be.
    ///
    /// - Throws: ``LinearAlgebraError`` where the iteration does not converge, an element is not finite or there is none.
    public func eigen() throws(LinearAlgebraError) -> Eigendecomposition {
        let a = checkedMatrices("eigen", self, square: true)
        requireUntracked("eigen", a)
        let matrices = MatrixBatch("eigen", a)
        try matrices.requireElements()
        let n = matrices.rows
        let work = try a.finiteColumnMajorCopy("eigen")
        func new(_ shape: Shape) -> Tensor { Tensor(uninitialized: shape, a.dtype) }
        let (real, imaginary) = (new(matrices.shape(n)), new(matrices.shape(n)))
        // Row-major, an eigenvector a row, until the end.
        let (left, right) = (new(matrices.shape(n, n)), new(matrices.shape(n, n)))
        func decompose<T: LAPACKScalar>(_: T.Type) -> [Int] {
            let (a, wr, wi) = (work.elements(T.self), real.elements(T.self), imaginary.elements(T.self))
            let (vr, vi) = (left.elements(T.self), right.elements(T.self))
            let size = T.workspace { T.geev(n, a, n, wr, wi, vr, n, $0, -1) }
            return matrices.forEach(flops: 25 * Double(n * n * n), raisedFrom: 1e7) { index in
                let (wr, wi, vr, vi) = (wr + index * n, wi + index * n, vr + index * n * n, vi + index * n * n)
                let info = withScratch(T.self, count: size) { T.geev(n, a + index * n * n, n, wr, wi, vr, n, $0, size) }
                var row = 0
                while row < n {
                    if wi[row] == 0 || row + 1 == n {
                        (vi + row * n).update(repeating: 0, count: n)
                        row += 1
                        continue
                    }
                    // x ± i y of a pair lie in two rows.
                    for column in 0..<n {
                        let (x, y) = (vr[row * n + column], vr[(row + 1) * n + column])
                        vr[(row + 1) * n + column] = x
                        vi[row * n + column] = y
                        vi[(row + 1) * n + column] = -y
                    }
                    row += 2
                }
                return info
            }
        }
        if !real.isAbstract {
            try matrices.check(work.withScalarType(decompose, decompose)) { .noConvergence(count: $0) }
        }
        return Eigendecomposition(
            realValues: real, imaginaryValues: imaginary, realVectors: left.transposed,
            imaginaryVectors: right.transposed)
    }
}
