import Cotangent
import TestSupport
import Testing

/// What the factors of random matrices give when they are multiplied again, in both dtypes, alone and in batches, from
/// contiguous memory and from views.
@Suite struct ReconstructionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let shape: [Int]
        let dtype: DType
        let isView: Bool
        var testDescription: String { "\(dtype) \(shape)\(isView ? " view" : "")" }

        var matrix: Tensor {
            var generator = PhiloxGenerator(seed: UInt64(shape.reduce(7) { $0 * 31 + $1 }))
            let x = Tensor.normal(Shape(shape), dtype: dtype, using: &generator)
            return isView ? scatteredView(of: x) : x
        }
        /// Rounding errors grow with n; this is some ten times what is seen.
        var tolerance: Double { dtype == .float32 ? 3e-5 : 5e-14 }
    }

    static func cases(_ shapes: [[Int]]) -> [Case] {
        shapes.flatMap { shape in
            [DType.float32, .float64].flatMap { dtype in
                [false, true].map { Case(shape: shape, dtype: dtype, isView: $0) }
            }
        }
    }

    static let squares = cases([
        [1, 1], [2, 2], [3, 3], [8, 8], [9, 9], [100, 100], [200, 200], [5, 4, 4], [2, 3, 12, 12], [37, 3, 3],
    ])
    static let rectangular = cases([[7, 3], [3, 7], [100, 60], [60, 100], [4, 9, 5], [4, 5, 9], [1, 5], [5, 1]])

    private func identity(_ n: Int, like x: Tensor, _ batch: ArraySlice<Int>) -> Tensor {
        Tensor.identity(n, dtype: x.dtype).broadcast(to: Shape(Array(batch) + [n, n]))
    }

    /// A random matrix plus its transpose's product with itself: far from singular.
    private func definite(_ x: Tensor) -> Tensor {
        let n = x.shape[x.rank - 1]
        return matmul(x, x.transposed) * (1 / Double(n)) + Tensor.identity(n, dtype: x.dtype)
    }

    @Test(arguments: squares) func solutionsSatisfyTheirEquations(_ c: Case) throws {
        // n on the diagonal, so that conditions do not decide how exact the answer is.
        let a = c.matrix + Tensor.identity(c.shape.last!, dtype: c.dtype) * Double(2 * c.shape.last!)
        var generator = PhiloxGenerator(seed: 3)
        for k in [1, 3] {
            let b = Tensor.normal(Shape(c.shape.dropLast() + [k]), dtype: c.dtype, using: &generator)
            #expect(relativeDistance(matmul(a, try a.solve(b)), b) < c.tolerance)
            let transposed = scatteredView(of: a).transposed
            #expect(relativeDistance(matmul(transposed, try transposed.solve(b)), b) < c.tolerance)
            let lower = a.lowerPart
            #expect(relativeDistance(matmul(lower, try a.solve(b, assuming: .lowerTriangular)), b) < c.tolerance)
            let upper = a.transposed.lowerPart.transposed
            #expect(relativeDistance(matmul(upper, try a.solve(b, assuming: .upperTriangular)), b) < c.tolerance)
            let d = definite(c.matrix)
            let x = try d.lowerPart.solve(b, assuming: .symmetricPositiveDefinite)
            #expect(relativeDistance(matmul(d, x), b) < c.tolerance)
        }
        let vectors = Tensor.normal(Shape(c.shape.dropLast()), dtype: c.dtype, using: &generator)
        let x = try a.solve(vectors)
        #expect(x.shape == vectors.shape)
        #expect(relativeDistance(matmul(a, x.expandingAxis(-1)), vectors.expandingAxis(-1)) < c.tolerance)
    }

    @Test(arguments: squares) func inverses(_ c: Case) throws {
        let a = c.matrix + Tensor.identity(c.shape.last!, dtype: c.dtype) * Double(2 * c.shape.last!)
        let one = identity(c.shape.last!, like: a, c.shape.dropLast(2))
        #expect(relativeDistance(matmul(a, try a.inverse()), one) < c.tolerance)
        #expect(relativeDistance(try a.pseudoInverse(), try a.inverse()) < c.tolerance)
    }

    @Test(arguments: squares) func choleskyFactors(_ c: Case) throws {
        let a = definite(c.matrix)
        let l = try (c.isView ? scatteredView(of: a) : a).choleskyFactor()
        #expect(l == l.lowerPart)
        #expect(relativeDistance(matmul(l, l.transposed), a) < c.tolerance)
    }

    @Test(arguments: squares + rectangular) func orthogonalAndTriangularFactors(_ c: Case) throws {
        let (m, n) = (c.shape[c.shape.count - 2], c.shape[c.shape.count - 1])
        for full in [false, true] {
            let k = full ? m : Swift.min(m, n)
            let (q, r) = try c.matrix.qr(full: full)
            #expect(q.shape.dimensions.suffix(2) == [m, k] && r.shape.dimensions.suffix(2) == [k, n])
            #expect(relativeDistance(matmul(q, r), c.matrix) < c.tolerance)
            #expect(relativeDistance(matmul(q.transposed, q), identity(k, like: q, c.shape.dropLast(2))) < c.tolerance)
            #expect(r.transposed.lowerPart.transposed == r)
        }
    }

    @Test(arguments: squares + rectangular) func permutedTriangularFactors(_ c: Case) throws {
        let factors = try c.matrix.lu()
        let product = matmul(factors.lower, factors.upper)
        let rows = factors.permutation.expandingAxis(-1).broadcast(to: product.shape)
        #expect(
            relativeDistance(product, gatherAlong(c.matrix, rows.contiguousCopy, axis: product.rank - 2)) < c.tolerance)
        #expect(max(abs(factors.lower)).item <= 1)
        if c.shape.suffix(2).first == c.shape.last {
            let x = try factors.solve(c.matrix)
            #expect(relativeDistance(x, identity(c.shape.last!, like: x, c.shape.dropLast(2))) < 1000 * c.tolerance)
        }
    }

    @Test(arguments: squares + rectangular) func singularValues(_ c: Case) throws {
        let (m, n) = (c.shape[c.shape.count - 2], c.shape[c.shape.count - 1])
        let k = Swift.min(m, n)
        for full in [false, true] {
            let (u, s, vt) = try c.matrix.svd(full: full)
            let (left, right) = full ? (m, n) : (k, k)
            #expect(u.shape.dimensions.suffix(2) == [m, left] && vt.shape.dimensions.suffix(2) == [right, n])
            let scaled = u[.ellipsis, 0..<k] * s.expandingAxis(-2)
            #expect(relativeDistance(matmul(scaled, vt[.ellipsis, 0..<k, 0...]), c.matrix) < c.tolerance)
            #expect(
                relativeDistance(matmul(u.transposed, u), identity(left, like: u, c.shape.dropLast(2))) < c.tolerance)
            #expect(
                relativeDistance(matmul(vt, vt.transposed), identity(right, like: u, c.shape.dropLast(2))) < c.tolerance
            )
            #expect(relativeDistance(try c.matrix.singularValues(), s) < c.tolerance)
        }
    }

    @Test(arguments: squares) func symmetricEigenvectors(_ c: Case) throws {
        let a = (c.matrix + c.matrix.transposed) * 0.5
        // Only the lower triangle counts.
        let (values, v) = try a.lowerPart.symmetricEigen()
        #expect(relativeDistance(matmul(v * values.expandingAxis(-2), v.transposed), a) < c.tolerance)
        #expect(
            relativeDistance(matmul(v.transposed, v), identity(c.shape.last!, like: v, c.shape.dropLast(2)))
                < c.tolerance)
        #expect(relativeDistance(try a.symmetricEigenvalues(), values) < c.tolerance)
        #expect(sort(values).values == values)
    }

    @Test(arguments: squares) func eigenvectors(_ c: Case) throws {
        let e = try c.matrix.eigen()
        let (x, y) = (e.realVectors, e.imaginaryVectors)
        let (real, imaginary) = (e.realValues.expandingAxis(-2), e.imaginaryValues.expandingAxis(-2))
        // A (x + iy) = (a + ib)(x + iy)
        #expect(largestDifference(matmul(c.matrix, x), x * real - y * imaginary) < 100 * c.tolerance)
        #expect(largestDifference(matmul(c.matrix, y), x * imaginary + y * real) < 100 * c.tolerance)
    }

    @Test(arguments: rectangular + squares, [LeastSquaresMethod.qr, .svd])
    func normalEquationsHold(_ c: Case, _ method: LeastSquaresMethod) throws {
        let a = c.matrix
        var generator = PhiloxGenerator(seed: 5)
        let b = Tensor.normal(Shape(c.shape.dropLast() + [2]), dtype: c.dtype, using: &generator)
        let fit = try a.leastSquares(b, method: method)
        #expect(fit.rank == Swift.min(c.shape[c.shape.count - 2], c.shape[c.shape.count - 1]))
        let residual = b - matmul(a, fit.solution)
        let scale = relativeDistance(matmul(a.transposed, b), Tensor.zeros(fit.solution.shape, dtype: c.dtype))
        #expect(
            largestDifference(matmul(a.transposed, residual) / scale, Tensor.zeros(fit.solution.shape, dtype: c.dtype))
                < 100 * c.tolerance)
        // The shortest solution.
        #expect(relativeDistance(fit.solution, matmul(try a.pseudoInverse(), b)) < 2000 * c.tolerance)
        #expect(relativeDistance(fit.residualSumOfSquares, sum(square(residual), axes: [-2])) < 1e-3)
    }
}

extension Tensor {
    /// The lower triangle, made element by element.
    var lowerPart: Tensor {
        let n = shape[rank - 1]
        let mask = (0..<shape[rank - 2]).flatMap { row in (0..<n).map { $0 <= row } }
        return Tensor.where(Tensor(mask, shape: [shape[rank - 2], n]), self, Tensor.zeros(like: self))
    }

    var contiguousCopy: Tensor { Tensor(ints.map(Int64.init), shape: shape) }
}
