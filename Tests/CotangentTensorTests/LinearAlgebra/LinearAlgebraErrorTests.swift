import Cotangent
import TestSupport
import Testing

/// What matrices make impossible is thrown, in words; what the programmer got wrong traps.
@Suite struct LinearAlgebraErrorTests {
    private func error(_ body: () throws -> Void) throws -> LinearAlgebraError {
        try #require(throws: LinearAlgebraError.self, performing: body)
    }

    @Test(arguments: [DType.float32, .float64]) func singularMatrices(_ dtype: DType) throws {
        // Pivot 1 of a small matrix, and pivot 10 of one that LAPACK takes.
        let small = Tensor(rows: [[1.0, 2], [2, 4]]).cast(to: dtype)
        var large = Tensor.identity(12, dtype: dtype)
        large[10, 10] = Tensor.zeros([], dtype: dtype)
        for (a, pivot) in [(small, 1), (large, 10)] {
            let n = a.shape[0]
            let b = Tensor.ones([n], dtype: dtype)
            #expect(try error { _ = try a.solve(b) }.problem == .singular(pivot: pivot))
            #expect(try error { _ = try a.inverse() }.problem == .singular(pivot: pivot))
            #expect(try error { _ = try a.lu().solve(b) }.problem == .singular(pivot: pivot))
            let batch = stack([Tensor.identity(n, dtype: dtype), a, a])
            let found = try error { _ = try batch.solve(Tensor.ones([3, n], dtype: dtype)) }
            #expect(found.matrix == [1] && found.problem == .singular(pivot: pivot))
            #expect(
                found.description
                    == "solve: matrix [1] of the batch (\(n)×\(n)) is singular: pivot \(pivot), counted from 0, is exactly 0; leastSquares and pseudoInverse serve it"
            )
        }
        #expect(
            try error { _ = try large.solve(Tensor.ones([12], dtype: dtype), assuming: .lowerTriangular) }.problem
                == .singular(pivot: 10))
        #expect(
            try large.solve(Tensor.ones([12], dtype: dtype), assuming: .lowerTriangular(unit: true))
                == Tensor.ones([12], dtype: dtype))
    }

    @Test(arguments: [DType.float32, .float64]) func indefiniteMatrices(_ dtype: DType) throws {
        let a = Tensor(rows: [[1.0, 2, 0], [2, 1, 0], [0, 0, 1]]).cast(to: dtype)
        let found = try error { _ = try a.choleskyFactor() }
        #expect(found.problem == .notPositiveDefinite(order: 2) && found.matrix == [])
        #expect(
            found.description
                == "choleskyFactor: the matrix (3×3) is not positive definite: its leading minor of order 2 is not positive"
        )
        let batch = stack([stack([Tensor.identity(3, dtype: dtype), a])])
        #expect(
            try error {
                _ = try batch.solve(Tensor.ones([1, 2, 3], dtype: dtype), assuming: .symmetricPositiveDefinite)
            }
            .matrix == [0, 1])
    }

    static let operations: [(name: String, run: @Sendable (Tensor) throws -> Void)] = [
        ("solve", { _ = try $0.solve(Tensor.ones($0.shape, dtype: $0.dtype)) }),
        ("solve", { _ = try $0.solve(Tensor.ones($0.shape, dtype: $0.dtype), assuming: .symmetricPositiveDefinite) }),
        ("solve", { _ = try $0.solve(Tensor.ones($0.shape, dtype: $0.dtype), assuming: .upperTriangular) }),
        ("leastSquares", { _ = try $0.leastSquares(Tensor.ones($0.shape, dtype: $0.dtype)) }),
        ("leastSquares", { _ = try $0.leastSquares(Tensor.ones($0.shape, dtype: $0.dtype), method: .svd) }),
        ("inverse", { _ = try $0.inverse() }),
        ("svd", { _ = try $0.pseudoInverse() }),
        ("determinant", { _ = try $0.determinant() }),
        ("logDeterminant", { _ = try $0.logDeterminant() }),
        ("choleskyFactor", { _ = try $0.choleskyFactor() }),
        ("qr", { _ = try $0.qr() }),
        ("lu", { _ = try $0.lu() }),
        ("svd", { _ = try $0.svd() }),
        ("singularValues", { _ = try $0.singularValues() }),
        ("symmetricEigen", { _ = try $0.symmetricEigen() }),
        ("symmetricEigen", { _ = try $0.symmetricEigenvalues() }),
        ("eigen", { _ = try $0.eigen() }),
        ("matrixNorm", { _ = try $0.matrixNorm() }),
        ("singularValues", { _ = try $0.conditionNumber() }),
        ("matrixExponential", { _ = try $0.matrixExponential() }),
    ]

    @Test(arguments: operations.indices) func nansAndInfinities(_ index: Int) throws {
        let (name, run) = Self.operations[index]
        for dtype in [DType.float32, .float64] {
            for (value, isNaN) in [(Double.nan, true), (.infinity, false), (-.infinity, false)] {
                for n in [3, 40] {
                    var a = Tensor.identity(n, dtype: dtype) * 2
                    a[2, 1] = Tensor.full([], value, dtype: dtype)
                    let expected = LinearAlgebraError.Problem.notFinite(
                        operand: "the matrix", row: 2, column: 1, isNaN: isNaN)
                    let alone = try error { try run(a) }
                    #expect(alone.problem == expected && alone.matrix == [] && alone.operation == name)
                    // In a batch, seen through a view.
                    let batch = stack([stack([Tensor.identity(n, dtype: dtype), a])])
                    let found = try error { try run(scatteredView(of: batch)) }
                    #expect(found.problem == expected && found.matrix == [0, 1])
                }
            }
        }
    }

    @Test func messagesOfNaNs() throws {
        let a = Tensor(rows: [[1.0, 2], [.nan, 4]])
        #expect(try error { _ = try a.inverse() }.description == "inverse: NaN at [1, 0] of the matrix")
        let b = Tensor(rows: [[1.0], [.infinity]])
        let right = try error { _ = try Tensor.identity(2, dtype: .float64).solve(b) }
        #expect(right.description == "solve: an infinite value at [1, 0] of the right side")
        #expect(
            try error { _ = try Tensor.identity(2, dtype: .float64).leastSquares(b) }.description
                == "leastSquares: an infinite value at [1, 0] of the right side")
    }

    @Test(arguments: operations.indices) func emptyMatrices(_ index: Int) throws {
        let (name, run) = Self.operations[index]
        let found = try error { try run(Tensor.zeros([0, 0])) }
        #expect(found.problem == .empty && found.operation == name)
        #expect(found.description == "\(name): the matrix (0×0) has no elements")
    }

    @Test func overflow() throws {
        let found = try error { _ = try (Tensor.identity(2) * 1000).matrixExponential() }
        #expect(found.problem == .overflow)
        #expect(
            try error { _ = try (Tensor.ones([2, 2], dtype: .float64) * 1e300).matrixExponential() }.problem
                == .overflow)
        // A power of 0 is no reason to overflow.
        let nilpotent = try Tensor(rows: [[0.0, 1e200], [0, 0]]).matrixExponential()
        #expect(nilpotent.isClose(to: Tensor(rows: [[1.0, 1e200], [0, 1]]), relative: 1e-15))
        // Nor are quotients that are 0/0.
        let tiny = Double.leastNormalMagnitude / 1024
        #expect(
            try Tensor(rows: [[tiny, 2 * tiny], [0, tiny]]).matrixExponential() == Tensor(rows: [[1, 2 * tiny], [0, 1]]))
    }

    static let traps: [Trap] = [
        Trap("solve: float32 [2, 3]: the last two axes are to be square matrices of float32 or float64") {
            _ = try? Tensor.zeros([2, 3]).solve(Tensor.zeros([2]))
        },
        Trap("svd: int64 [2, 2]: the last two axes are to be matrices of float32 or float64") {
            _ = try? Tensor([1, 2, 3, 4], shape: [2, 2]).svd()
        },
        Trap("qr: float32 [3]: the last two axes are to be matrices of float32 or float64") {
            _ = try? Tensor.zeros([3]).qr()
        },
        Trap(
            "solve: float32 [2, 2] and the right side float32 [3]: one dtype, 2 rows, and batches that broadcast are wanted"
        ) {
            _ = try? Tensor.identity(2).solve(Tensor.zeros([3]))
        },
        Trap("solve: float32 [2, 2] and the right side float64 [2]") {
            _ = try? Tensor.identity(2).solve(Tensor.zeros([2], dtype: .float64))
        },
        Trap("leastSquares: float32 [3, 2] and the right side float32 [2]: one dtype, one batch and 3 rows are wanted")
        {
            _ = try? Tensor.ones([3, 2]).leastSquares(Tensor.zeros([2]))
        },
        Trap("lu: has no gradient: take detached of float32 [2, 2] where none is wanted") {
            _ = try? gradient(at: Tensor.identity(2)) { sum(try $0.lu().upper) }
        },
        Trap("eigen: has no gradient") { _ = try? gradient(at: Tensor.identity(2)) { sum(try $0.eigen().realValues) } },
        Trap("qr(full: true): has no gradient for more rows than columns") {
            _ = try? gradient(at: Tensor.ones([3, 2])) { sum(try $0.qr(full: true).q) }
        },
        Trap("svd(full: true): has no gradient for matrices that are not square") {
            _ = try? gradient(at: Tensor.ones([3, 2])) { sum(try $0.svd(full: true).s) }
        },
    ]

    @Test(arguments: traps.indices) func trap(_ index: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            LinearAlgebraErrorTests.traps[index].body()
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        let message = "Cotangent: " + Self.traps[index].message
        #expect(text.contains(message), "expected '\(message)' in '\(text.prefix(400))'")
    }
}
