import CotangentBLAS
import Testing

/// The product that is cut over the pool, on shapes that take each way through it.
@Suite(.serialized) struct ProductTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let m, n, k: Int
        let testDescription: String
    }

    static let cases = [
        Case(m: 1, n: 130, k: 70, testDescription: "one row"),
        Case(m: 1, n: 2101, k: 1003, testDescription: "one row, by gemv"),
        Case(m: 130, n: 1, k: 70, testDescription: "one column"),
        Case(m: 2101, n: 1, k: 1003, testDescription: "one column, by gemv"),
        Case(m: 17, n: 9, k: 33, testDescription: "on the calling thread"),
        Case(m: 131, n: 67, k: 45, testDescription: "tiles of odd sizes"),
        Case(m: 35, n: 257, k: 300, testDescription: "tiles, wide"),
        Case(m: 401, n: 10, k: 64, testDescription: "tiles, narrow"),
        Case(m: 61, n: 75, k: 1030, testDescription: "halves: a long sum"),
        Case(m: 1030, n: 33, k: 20, testDescription: "halves: a short sum"),
    ]

    @Test(arguments: cases) func float(_ shape: Case) { check(Float.self, shape, within: 1e-5) }
    @Test(arguments: cases) func double(_ shape: Case) { check(Double.self, shape, within: 1e-13) }

    /// C starts as NaN, which must not come through beta = 0, and its rows are longer than the product's: what lies
    /// between stays.
    private func check<T: BLASScalar>(_: T.Type, _ shape: Case, within tolerance: Double) {
        let (m, n, k) = (shape.m, shape.n, shape.k)
        let ldc = n + 3
        let bias: [T] = values(n, seed: 9)
        for transposeA in [Transpose.no, .yes] {
            for transposeB in [Transpose.no, .yes] {
                let lda = transposeA == .yes ? m : k
                let ldb = transposeB == .yes ? k : n
                let a: [T] = values(m * k, seed: 1)
                let b: [T] = values(n * k, seed: 2)
                let expected = plainProduct(transposeA, transposeB, m, n, k, a, lda, b, ldb)
                let scale = expected.map(abs).max()!
                var results: [[T]] = []
                for threads in [1, 2, 4] {
                    Runtime.threadCount = threads
                    var c = [T](repeating: .nan, count: m * ldc)
                    for i in 0..<m { for j in n..<ldc { c[i * ldc + j] = 42 } }
                    T.product(transposeA, transposeB, m, n, k, a, lda, b, ldb, beta: 0, &c, ldc, bias: bias, relu: true)
                    results.append(c)
                    var wrong = 0
                    for i in 0..<m {
                        for j in 0..<ldc {
                            let want = j < n ? max(expected[i * n + j] + Double(bias[j]), 0) : 42
                            if !(abs(Double(c[i * ldc + j]) - want) <= tolerance * max(scale, 1)) { wrong += 1 }
                        }
                    }
                    #expect(wrong == 0, "\(transposeA) \(transposeB), \(threads) threads")

                    var sum = c
                    T.product(
                        transposeA, transposeB, m, n, k, a, lda, b, ldb, beta: 1, &sum, ldc, bias: nil, relu: false)
                    let last = (m - 1) * ldc + n - 1
                    #expect(abs(Double(sum[last]) - Double(c[last]) - expected[m * n - 1]) <= tolerance * max(scale, 1))
                }
                #expect(results[0] == results[1] && results[0] == results[2], "bits at 1, 2 and 4 threads")
            }
        }
        Runtime.threadCount = 2
    }

    /// A fitting kernel is in use: a wrong one reaches a quarter of what the units can do.
    #if !DEBUG
        @Test func kernelFitsTheCPU() {
            #expect(!Runtime.coreUsed.isEmpty)
            let n = 512
            let a: [Float] = values(n * n, seed: 1)
            var c = [Float](repeating: 0, count: n * n)
            let clock = ContinuousClock()
            let best = (0..<20).map { _ in
                clock.measure { Float.gemm(.no, .no, n, n, n, 1, a, n, a, n, 0, &c, n) }
            }.min()!
            let flops = 2 * Double(n * n * n) / (best / .seconds(1))
            if Runtime.kernelChoice == .fits || Runtime.kernelChoice == .repaired {
                #expect(flops > Runtime.peakFlops(Float.self) / 3)
            }
        }
    #endif
}
