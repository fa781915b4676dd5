import Cotangent
import TestSupport
import Testing

/// Gradients of linear algebra, against PyTorch's and against differences, and those of the gradients.
@Suite struct LinearAlgebraGradientTests {
    static let cases = LinearAlgebraFixture.gradients

    /// What is a function of a symmetric matrix takes any, made symmetric.
    private func results(_ test: LinearAlgebraFixture.Case, _ x: [Tensor]) throws -> [Tensor] {
        let isSymmetric = ["choleskyFactor", "symmetricEigen"].contains(test.operation)
        return try test.results(isSymmetric ? [(x[0] + x[0].transposed) * 0.5] : x)
    }

    private func weighted(_ test: LinearAlgebraFixture.Case, _ x: [Tensor]) throws -> Tensor {
        let parts = try zip(results(test, x), test.cotangents!).map { sum($0 * $1.tensor(x[0].dtype)) }
        return parts.dropFirst().reduce(parts[0]) { $0 + $1 }
    }

    @Test(arguments: cases, [DType.float32, .float64])
    func equalPyTorch(_ test: LinearAlgebraFixture.Case, _ dtype: DType) throws {
        let inputs = test.inputs.map { $0.tensor(dtype) }
        for form in [inputs, inputs.map { scatteredView(of: $0) }] {
            let (_, gradients) = try valueAndGradient(at: form) { try weighted(test, $0) }
            for (gradient, expected) in zip(gradients, test.gradients!) {
                // Differences of close singular values and eigenvalues cost float32 some digits.
                #expect(relativeDistance(gradient, expected.tensor(dtype)) < (dtype == .float32 ? 5e-3 : 1e-9))
            }
        }
    }

    static let small = cases.filter { $0.inputs[0].shape.last! < 6 }

    @Test(arguments: small) func firstOrder(_ test: LinearAlgebraFixture.Case) throws {
        try gradientCheck(at: test.inputs.map { $0.tensor(.float64) }, relative: 1e-5, absolute: 1e-6) { x in
            concatenate(try results(test, x).map(\.flattened))
        }
    }

    /// The gradient of the gradient for a random cotangent.
    @Test(arguments: small) func secondOrder(_ test: LinearAlgebraFixture.Case) throws {
        try gradientCheck(at: test.inputs.map { $0.tensor(.float64) }, relative: 1e-4, absolute: 1e-4) { x in
            let (_, gradients) = try valueAndGradient(at: x) { try weighted(test, $0) }
            return concatenate(gradients.map(\.flattened))
        }
    }

    private func random(_ shape: Shape, _ seed: UInt64) -> Tensor {
        var generator = PhiloxGenerator(seed: seed)
        return Tensor.normal(shape, dtype: .float64, using: &generator)
    }

    static let structures: [MatrixStructure] = [
        .general, .symmetricPositiveDefinite, .lowerTriangular, .upperTriangular, .lowerTriangular(unit: true),
        .upperTriangular(unit: true),
    ]

    @Test(arguments: structures) func solutionsByStructure(_ structure: MatrixStructure) throws {
        for (shape, right) in [([4, 4], [4, 2]), ([2, 3, 3], [2, 3]), ([10, 10], [10]), ([3, 3], [2, 3, 1])] {
            let n = shape.last!
            let a = random(Shape(shape), 1) * 0.3 + Tensor.identity(n, dtype: .float64) * 2
            let b = random(Shape(right), 2)
            func f(_ x: [Tensor]) throws -> Tensor {
                let matrix = structure == .symmetricPositiveDefinite ? (x[0] + x[0].transposed) * 0.5 : x[0]
                return try matrix.solve(x[1], assuming: structure)
            }
            try gradientCheck(at: [a, b], absolute: 1e-7, of: f)
            try gradientCheck(at: [a, b], relative: 1e-5, absolute: 1e-5) { x in
                let (_, gradients) = try valueAndGradient(at: x) { sum(square(try f($0))) }
                return concatenate(gradients.map(\.flattened))
            }
        }
    }

    @Test func normsAndConditionNumbers() throws {
        for shape in [[4, 4], [2, 3, 5]] {
            for norm in MatrixNorm.allCases {
                try gradientCheck(at: random(Shape(shape), 3), absolute: 1e-7) { try $0.matrixNorm(norm) }
            }
            try gradientCheck(at: random(Shape(shape), 4), relative: 1e-5, absolute: 1e-6) { try $0.conditionNumber() }
        }
    }

    /// The cofactors of singular matrices, by hand. (PyTorch 2.13 gives 0 for the second.)
    @Test func gradientOfASingularDeterminant() throws {
        let a = Tensor(rows: [[1.0, 2], [2, 4]])
        let g = try gradient(at: a) { try $0.determinant() }
        #expect(largestDifference(g, Tensor(rows: [[4.0, -2], [-2, 1]])) < 1e-14)
        let b = Tensor(rows: [[1.0, 2, 3], [2, 4, 6], [1, 0, 1]])
        let h = try gradient(at: stack([b, Tensor.identity(3, dtype: .float64)])) { sum(try $0.determinant()) }
        #expect(largestDifference(h[0], Tensor(rows: [[4.0, 4, -4], [-2, -2, 2], [0, 0, 0]])) < 1e-14)
        #expect(largestDifference(h[1], Tensor.identity(3, dtype: .float64)) < 1e-14)
        try gradientCheck(at: b) { try $0.determinant() }
        #expect(
            try gradient(at: Tensor.zeros([3, 3], dtype: .float64)) { try $0.determinant() }
                == Tensor.zeros([3, 3], dtype: .float64))
        #expect(throws: LinearAlgebraError.self) { try gradient(at: a) { try $0.logDeterminant().logAbsolute } }
    }

    /// The gradient of the singular values is defined where they are equal, though those of the vectors are not.
    @Test func equalSingularValues() throws {
        let one = Tensor.identity(3, dtype: .float64)
        let g = try gradient(at: one) { sum(try $0.singularValues()) }
        #expect(largestDifference(g, one) < 1e-14)
        let h = try gradient(at: one) { sum(try $0.symmetricEigenvalues()) }
        #expect(largestDifference(h, one) < 1e-14)
    }
}
