import CotangentBLAS
import Testing

@Suite struct BLASScalarTests {
    static let sizes = [0, 1, 7, 8, 9, 16, 17]

    @Test(arguments: [Transpose.no, .yes], [Transpose.no, .yes])
    func gemm(_ transposeA: Transpose, _ transposeB: Transpose) {
        checkGemm(Float.self, transposeA, transposeB)
        checkGemm(Double.self, transposeA, transposeB)
    }

    /// Rows are three elements longer than the matrices: leading dimensions count, and what lies between stays.
    private func checkGemm<T: BLASScalar>(_: T.Type, _ transposeA: Transpose, _ transposeB: Transpose) {
        for m in Self.sizes {
            for (n, k) in [(5, 9), (17, 1), (8, 16)] {
                let lda = (transposeA == .yes ? m : k) + 3
                let ldb = (transposeB == .yes ? k : n) + 3
                let ldc = n + 3
                let a: [T] = values((transposeA == .yes ? k : m) * lda, seed: 1)
                let b: [T] = values((transposeB == .yes ? n : k) * ldb, seed: 2)
                let before: [T] = values(m * ldc, seed: 3)
                var c = before
                if m > 0 { T.gemm(transposeA, transposeB, m, n, k, 2, a, lda, b, ldb, 0.5, &c, ldc) }
                let expected = plainProduct(
                    transposeA, transposeB, m, n, k, alpha: 2, a, lda, b, ldb, beta: 0.5, before, ldc)
                for i in 0..<m {
                    for j in 0..<ldc {
                        #expect(Double(c[i * ldc + j]) == (j < n ? expected[i * n + j] : Double(before[i * ldc + j])))
                    }
                }
            }
        }
    }

    @Test func vectors() {
        checkVectors(Float.self)
        checkVectors(Double.self)
    }

    private func checkVectors<T: BLASScalar>(_: T.Type) {
        for n in Self.sizes {
            let x: [T] = values(2 * n, seed: 1)
            let y: [T] = values(3 * n, seed: 2)
            let dot = (0..<n).reduce(0.0) { $0 + Double(x[2 * $1]) * Double(y[3 * $1]) }
            #expect(Double(T.dot(n, x, 2, y, 3)) == dot)

            var sum = y
            T.axpy(n, 2, x, 2, &sum, 3)
            for i in y.indices {
                #expect(sum[i] == (i % 3 == 0 ? y[i] + 2 * x[2 * (i / 3)] : y[i]))
            }

            var scaled = x
            T.scal(n, 3, &scaled, 2)
            for i in x.indices { #expect(scaled[i] == (i % 2 == 0 ? 3 * x[i] : x[i])) }
        }
    }

    @Test func normWithoutOverflow() {
        #expect(Float.nrm2(2, [3e30, 4e30] as [Float], 1) == 5e30)
        #expect(abs(Double.nrm2(2, [3e200, 4e200], 1) / 5e200 - 1) < 1e-15)
        #expect(Double.nrm2(0, [1.0], 1) == 0)
    }

    @Test(arguments: [Transpose.no, .yes])
    func gemvAndGer(_ transpose: Transpose) {
        let (m, n, lda) = (7, 5, 8)
        let a: [Float] = values(m * lda, seed: 1)
        let (rows, columns) = transpose == .yes ? (n, m) : (m, n)
        let x: [Float] = values(2 * columns, seed: 2)
        let before: [Float] = values(3 * rows, seed: 3)
        var y = before
        Float.gemv(transpose, m, n, 2, a, lda, x, 2, 1, &y, 3)
        for i in 0..<rows {
            let sum = (0..<columns).reduce(0.0) { $0 + element(a, transpose, i, $1, leading: lda) * Double(x[2 * $1]) }
            #expect(Double(y[3 * i]) == 2 * sum + Double(before[3 * i]))
        }

        var outer = a
        let (u, v): ([Float], [Float]) = (values(m, seed: 4), values(n, seed: 5))
        Float.ger(m, n, 2, u, 1, v, 1, &outer, lda)
        for i in 0..<m {
            for j in 0..<lda { #expect(outer[i * lda + j] == a[i * lda + j] + (j < n ? 2 * u[i] * v[j] : 0)) }
        }
    }

    /// Q of A = Q R has orthonormal columns, and Q R is A again.
    @Test func orthogonalFactor() {
        let (m, n) = (9, 5)
        let a: [Double] = (0..<m * n).map { Double(($0 * 37) % 23) / 23 - 0.4 }
        var q = a
        var tau = [Double](repeating: 0, count: n)
        #expect(Double.geqrf(m, n, &q, n, &tau) == 0)
        let r = (0..<n * n).map { $0 % n >= $0 / n ? q[$0] : 0 }
        #expect(Double.orgqr(m, n, n, &q, n, tau) == 0)
        let gram = plainProduct(.yes, .no, n, n, m, q, n, q, n)
        for i in 0..<n * n { #expect(abs(gram[i] - (i % (n + 1) == 0 ? 1 : 0)) < 1e-14) }
        let product = plainProduct(.no, .no, m, n, n, q, n, r, n)
        for i in 0..<m * n { #expect(abs(product[i] - a[i]) < 1e-14) }
    }

    @Test func biasAndReLU() {
        for columns in [1, 7, 8, 9, 16, 17] {
            let ldc = columns + 2
            let before: [Float] = values(3 * ldc, seed: 1)
            let bias: [Float] = values(columns, seed: 2)
            for relu in [false, true] {
                var c = before
                Float.addBias(3, columns, bias, relu: relu, &c, ldc)
                for i in c.indices {
                    let sum = i % ldc < columns ? before[i] + bias[i % ldc] : before[i]
                    #expect(c[i] == (relu && i % ldc < columns ? max(sum, 0) : sum))
                }
            }
        }
    }
}
