/// C = op(A) · op(B) + beta · C, then bias and ReLU on each block while it is in cache, cut over the pool. Row-major; C is
/// m×n, op(A) m×k, op(B) k×n.
///
/// The cut is along the output, by its shape alone, so that the result is the same at any thread count.
@inline(__always)
func cutProduct<T: BLASScalar>(
    _ transposeA: Transpose, _ transposeB: Transpose, _ m: Int, _ n: Int, _ k: Int,
    _ a: UnsafePointer<T>, _ lda: Int, _ b: UnsafePointer<T>, _ ldb: Int,
    _ beta: T, _ c: UnsafeMutablePointer<T>, _ ldc: Int, _ bias: UnsafePointer<T>?, _ relu: Bool
) {
    if m == 0 || n == 0 { return }

    @inline(__always)
    func block(_ row: Int, _ rows: Int, _ column: Int, _ columns: Int) {
        let a = a + (transposeA == .yes ? row : row * lda)
        let b = b + (transposeB == .yes ? column * ldb : column)
        let c = c + row * ldc + column
        T.gemm(transposeA, transposeB, rows, columns, k, 1, a, lda, b, ldb, beta, c, ldc)
        if bias != nil || relu {
            T.addBias(rows, columns, bias.map { $0 + column }, relu: relu, c, ldc)
        }
    }

    let flops = 2 * m * n * k
    if flops < 200_000 { return block(0, m, 0, n) }
    // A cut in two of the longer side costs the least packing.
    if m >= n {
        let half = ((m + 1) / 2 + 15) & ~15
        if half >= m { return block(0, m, 0, n) }
        parallel(chunks: 2) { $0 == 0 ? block(0, half, 0, n) : block(half, m - half, 0, n) }
    } else {
        let half = ((n + 1) / 2 + 15) & ~15
        if half >= n { return block(0, m, 0, n) }
        parallel(chunks: 2) { $0 == 0 ? block(0, m, 0, half) : block(0, m, half, n - half) }
    }
}
