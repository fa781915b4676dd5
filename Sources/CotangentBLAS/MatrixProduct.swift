import CCotangentKernels

/// What is added to a block of a product while it is in cache.
package struct Epilogue<T: BLASScalar> {
    package var bias: UnsafePointer<T>?
    package var relu: Bool

    package init(bias: UnsafePointer<T>? = nil, relu: Bool = false) {
        self.bias = bias
        self.relu = relu
    }

    var isEmpty: Bool { bias == nil && !relu }
}

/// C = op(A) · op(B) + beta · C, then bias and ReLU, cut over the pool. Row-major; C is m×n, op(A) m×k, op(B) k×n.
///
/// The cut is along the output, by its shape alone, so that the result is the same at any thread count.
package func matrixProduct<T: BLASScalar>(
    _ transposeA: Transpose, _ transposeB: Transpose, _ m: Int, _ n: Int, _ k: Int,
    _ a: UnsafePointer<T>, _ lda: Int, _ b: UnsafePointer<T>, _ ldb: Int,
    beta: T = 0, _ c: UnsafeMutablePointer<T>, _ ldc: Int, _ epilogue: Epilogue<T> = Epilogue()
) {
    if m == 0 || n == 0 { return }

    func block(_ rows: Range<Int>, _ columns: Range<Int>) {
        let a = a + (transposeA == .yes ? rows.lowerBound : rows.lowerBound * lda)
        let b = b + (transposeB == .yes ? columns.lowerBound * ldb : columns.lowerBound)
        let c = c + rows.lowerBound * ldc + columns.lowerBound
        T.gemm(transposeA, transposeB, rows.count, columns.count, k, 1, a, lda, b, ldb, beta, c, ldc)
        if !epilogue.isEmpty {
            T.addBias(
                rows.count, columns.count, epilogue.bias.map { $0 + columns.lowerBound }, relu: epilogue.relu, c, ldc)
        }
    }

    let flops = 2 * m * n * k
    if flops < 200_000 { return block(0..<m, 0..<n) }
    // A cut in two of the longer side costs the least packing.
    if m >= n {
        let half = ((m + 1) / 2 + 15) & ~15
        parallel(chunks: half < m ? 2 : 1) { block(min($0 * half, m)..<min(($0 + 1) * half, m), 0..<n) }
    } else {
        let half = ((n + 1) / 2 + 15) & ~15
        parallel(chunks: half < n ? 2 : 1) { block(0..<m, min($0 * half, n)..<min(($0 + 1) * half, n)) }
    }
}
