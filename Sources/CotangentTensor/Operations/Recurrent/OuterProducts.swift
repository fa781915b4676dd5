import CotangentBLAS

/// C = Aᵀ · B for A [k, m] and B [k, n], where k, the rows of all steps, is long: C is m×n, without gaps.
///
/// Cut along m, and within a chunk along k, so that what the kernels that do not pack read stays in cache.
func sumOfOuterProducts<T: BLASScalar>(
    _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<T>, _ lda: Int, _ b: UnsafePointer<T>, _ ldb: Int,
    _ c: UnsafeMutablePointer<T>
) {
    if !StepMatrix<T>.isNarrow || 2 * m * n * k < 300_000 {
        return T.product(.yes, .no, m, n, k, a, lda, b, ldb, beta: 0, c, n, bias: nil, relu: false)
    }
    let depths = RecurrentCut.parts(k, of: (k + 511) / 512, multiple: 1)
    let columns = RecurrentCut.parts(n, of: (n + 63) / 64, multiple: 16)
    let chunks = RecurrentCut.parts(m, of: max(2, (m + 127) / 128), multiple: 16)
    parallel(chunks: chunks.count) { chunk in
        for depth in depths {
            for column in columns {
                let most = max(4, withoutPacking / (column.count * depth.count) / 4 * 4)
                var row = chunks[chunk].lowerBound
                while row < chunks[chunk].upperBound {
                    let rows = min(most, chunks[chunk].upperBound - row)
                    T.gemm(
                        .yes, .no, rows, column.count, depth.count, 1, a + depth.lowerBound * lda + row, lda,
                        b + depth.lowerBound * ldb + column.lowerBound, ldb, depth.lowerBound > 0 ? 1 : 0,
                        c + row * n + column.lowerBound, n)
                    row += rows
                }
            }
        }
    }
}
