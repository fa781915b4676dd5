import CotangentBLAS

// What the tests hold the fast forms against: the textbook's loops, in double precision.

/// The element (row, column) of op(matrix).
func element<T: BLASScalar>(_ matrix: [T], _ transpose: Transpose, _ row: Int, _ column: Int, leading: Int) -> Double {
    Double(transpose == .yes ? matrix[column * leading + row] : matrix[row * leading + column])
}

/// alpha · op(A) · op(B) + beta · C, with n elements a row.
func plainProduct<T: BLASScalar>(
    _ transposeA: Transpose, _ transposeB: Transpose, _ m: Int, _ n: Int, _ k: Int, alpha: Double = 1, _ a: [T],
    _ lda: Int, _ b: [T], _ ldb: Int, beta: Double = 0, _ c: [T] = [], _ ldc: Int = 0
) -> [Double] {
    var result = [Double](repeating: 0, count: m * n)
    for i in 0..<m {
        for j in 0..<n {
            var sum = 0.0
            for p in 0..<k {
                sum += element(a, transposeA, i, p, leading: lda) * element(b, transposeB, p, j, leading: ldb)
            }
            result[i * n + j] = alpha * sum + (beta == 0 ? 0 : beta * Double(c[i * ldc + j]))
        }
    }
    return result
}

/// Whole numbers in −4…4 over 8, from a fixed rule: products and short sums of them are exact in float32.
func values<T: BLASScalar>(_ count: Int, seed: Int = 0) -> [T] {
    (0..<count).map { T(($0 * 7 + seed * 5 + $0 / 11 * 3) % 9 - 4) / 8 }
}
