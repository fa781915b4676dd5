import Cotangent
import TestSupport
import Testing

/// Linear algebra against NumPy and SciPy.
@Suite struct LinearAlgebraAnswerTests {
    static let fixture = LinearAlgebraFixture.shared
    static let cases = fixture.values.filter { !["leastSquares", "eigenvalues"].contains($0.operation) }
    static let fitCases = fixture.values.filter { $0.operation == "leastSquares" }
    static let eigenvalues = fixture.values.filter { $0.operation == "eigenvalues" }

    /// Random matrices have condition numbers of up to some thousands, and e^A with A of norm 4096 loses three digits.
    private func tolerance(_ dtype: DType) -> Double { dtype == .float32 ? 1e-3 : 1e-10 }

    @Test(arguments: cases, [DType.float32, .float64])
    func answers(_ test: LinearAlgebraFixture.Case, _ dtype: DType) throws {
        let inputs = test.inputs.map { $0.tensor(dtype) }
        for form in [inputs, inputs.map { scatteredView(of: $0) }, inputs.map { transposedInMemory($0) }] {
            let results = try test.results(form)
            #expect(results.count == test.outputs.count)
            for (result, expected) in zip(results, test.outputs) {
                #expect(relativeDistance(result, expected.tensor(dtype)) < tolerance(dtype))
                #expect(result.dtype == expected.tensor(dtype).dtype)
            }
        }
    }

    /// The same values with the last two axes exchanged in memory.
    private func transposedInMemory(_ x: Tensor) -> Tensor {
        x.rank < 2 ? x : Tensor(x.transposed.doubles, shape: x.transposed.shape).cast(to: x.dtype).transposed
    }

    @Test(arguments: fitCases, [LeastSquaresMethod.qr, .svd]) func leastSquaresSolutions(
        _ test: LinearAlgebraFixture.Case, _ method: LeastSquaresMethod
    ) throws {
        for dtype in [DType.float32, .float64] {
            let inputs = test.inputs.map { $0.tensor(dtype) }
            for form in [inputs, inputs.map { scatteredView(of: $0) }] {
                let fit = try form[0].leastSquares(form[1], method: method)
                let rank = test.parameters["rank"]!.int!
                #expect(fit.rank == rank && fit.ranks == [rank])
                #expect(fit.hasFullRank == (rank == inputs[0].shape[1]))
                #expect(relativeDistance(fit.solution, test.outputs[0].tensor(dtype)) < tolerance(dtype))
                // Where the equations hold exactly the residual is rounding.
                let expected = test.outputs[1].tensor(dtype)
                #expect(
                    largestDifference(fit.residualSumOfSquares, expected)
                        < tolerance(dtype) * (1 + max(expected).item))
                if method == .svd {
                    #expect(
                        relativeDistance(try #require(fit.singularValues), test.outputs[2].tensor(dtype))
                            < tolerance(dtype))
                }
                #expect(fit.condition.isFinite == fit.hasFullRank)
            }
        }
    }

    @Test(arguments: eigenvalues, [DType.float32, .float64])
    func generalEigenvalues(_ test: LinearAlgebraFixture.Case, _ dtype: DType) throws {
        let a = test.inputs[0].tensor(dtype)
        let e = try a.eigen()
        let n = a.shape[a.rank - 1]
        func sorted(_ real: Tensor, _ imaginary: Tensor) -> [Double] {
            stride(from: 0, to: real.count, by: n).flatMap { start in
                zip(real.doubles[start..<start + n], imaginary.doubles[start..<start + n])
                    // Float32 must not decide the order of what is nearly equal.
                    .sorted { (($0.0 * 100).rounded(), $0.1) < (($1.0 * 100).rounded(), $1.1) }.flatMap {
                        [$0.0, $0.1]
                    }
            }
        }
        let expected = test.outputs.map { $0.tensor(.float64) }
        #expect(
            relativeDistance(sorted(e.realValues, e.imaginaryValues), sorted(expected[0], expected[1]))
                < tolerance(dtype))
    }

    /// The error of a solution is that of backward stable algorithms: the condition number times a few ε.
    @Test(arguments: fixture.exact.indices) func hilbertMatrices(_ index: Int) throws {
        let test = Self.fixture.exact[index]
        let (a, b) = (test.matrix.tensor(.float64), test.right.tensor(.float64))
        let x = test.solution.tensor(.float64)
        let limit = 4 * Double.ulpOfOne * test.condition
        #expect(relativeDistance(try a.solve(b), x) < limit)
        #expect(relativeDistance(try a.solve(b, assuming: .symmetricPositiveDefinite), x) < limit)
        #expect(relativeDistance(try a.leastSquares(b).solution, x) < limit)
        // NumPy's way calls matrices short in rank whose condition is above 1/ε n.
        let fit = try a.leastSquares(b, method: .svd)
        #expect(fit.hasFullRank == (test.condition < 1 / (Double.ulpOfOne * Double(x.count))))
        if fit.hasFullRank { #expect(relativeDistance(fit.solution, x) < limit) }
        let condition = try a.conditionNumber().item
        if test.condition < 1e14 { #expect(Swift.abs(condition / test.condition - 1) < 0.05) }
    }

    @Test func rankOfRepeatedColumns() throws {
        // Two equal columns, and one that is their sum.
        let a = Tensor(rows: [[1.0, 1, 2], [2, 2, 4], [3, 3, 6], [4, 4, 8]])
        for method in [LeastSquaresMethod.qr, .svd] {
            let fit = try a.leastSquares(Tensor([1.0, 2, 3, 4]), method: method)
            #expect(fit.rank == 1 && !fit.hasFullRank && fit.condition == .infinity)
            // (1, 1, 2)/6: the shortest with x₁ + x₂ + 2 x₃ = 1.
            #expect(relativeDistance(fit.solution, Tensor([1.0 / 6, 1.0 / 6, 1.0 / 3])) < 1e-14)
        }
        let zeros = try Tensor.zeros([3, 2]).leastSquares(Tensor.ones([3]))
        #expect(zeros.rank == 0 && zeros.solution == Tensor.zeros([2]) && zeros.residualSumOfSquares.item == 3)
    }

    @Test func singularDeterminants() throws {
        let singular = Tensor(rows: [[1.0, 2], [2, 4]])
        #expect(try singular.determinant().item == 0)
        let (sign, logarithm) = try singular.logDeterminant()
        #expect(sign.item == 0 && logarithm.item == -.infinity)
        // Far beyond the range, where the logarithm is not.
        let (one, large) = try (Tensor.identity(200, dtype: .float64) * 1e10).logDeterminant()
        #expect(one.item == 1 && Swift.abs(large.item - 200 * 10 * 2.302585092994046) < 1e-9)
        // An exchange of two rows.
        #expect(try Tensor(rows: [[0.0, 1], [1, 0]]).determinant().item == -1)
    }

    @Test func batchesBroadcast() throws {
        var generator = PhiloxGenerator(seed: 1)
        let a = Tensor.normal([4, 4], dtype: .float64, using: &generator)
        let many = Tensor.normal([3, 1, 4, 4], dtype: .float64, using: &generator)
        let b = Tensor.normal([2, 4, 5], dtype: .float64, using: &generator)
        #expect(relativeDistance(matmul(a, try a.solve(b)), b) < 1e-12)
        let x = try many.solve(b)
        #expect(x.shape == [3, 2, 4, 5])
        for i in 0..<3 {
            for j in 0..<2 { #expect(relativeDistance(x[i, j], try many[i, 0].solve(b[j])) < 1e-12) }
        }
        let vector = Tensor.normal([4], dtype: .float64, using: &generator)
        #expect(try many.solve(vector).shape == [3, 1, 4])
    }

    @Test func aBatchOfNoMatricesIsEmpty() throws {
        let a = Tensor.zeros([0, 3, 3], dtype: .float64)
        #expect(try a.solve(Tensor.zeros([0, 3, 2], dtype: .float64)).shape == [0, 3, 2])
        #expect(try a.inverse().shape == [0, 3, 3])
        #expect(try a.determinant().shape == [0])
        #expect(try a.svd().s.shape == [0, 3])
        #expect(try a.qr().q.shape == [0, 3, 3])
        #expect(try a.symmetricEigen().values.shape == [0, 3])
        #expect(try a.matrixExponential().shape == [0, 3, 3])
    }
}
