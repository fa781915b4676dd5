import CCotangentKernels

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
        let isLarge = rows * columns * k > withoutPacking
        if rows == 1 && beta == 0 && isLarge {
            // Row = x · op(B): gemm would pack all of B for one row.
            rowProduct(transposeB, columns, k, a, transposeA == .yes ? lda : 1, b, ldb, c, 1)
        } else if columns == 1 && beta == 0 && isLarge {
            // Column = op(A) · x: the same product transposed.
            rowProduct(transposeA.toggled, rows, k, b, transposeB == .yes ? 1 : ldb, a, lda, c, ldc)
        } else {
            T.gemm(transposeA, transposeB, rows, columns, k, 1, a, lda, b, ldb, beta, c, ldc)
        }
        if bias != nil || relu {
            T.addBias(rows, columns, bias.map { $0 + column }, relu: relu, c, ldc)
        }
    }

    let cut = Cut(m, n, k, transposeA, transposeB, isFloat: T.self == Float.self)
    if cut.count == 1 { return block(0, m, 0, n) }
    parallel(chunks: cut.count) { chunk in
        // Neighbours share a slab of B.
        let row = chunk % cut.down * cut.rows
        let column = chunk / cut.down * cut.columns
        if row < m && column < n { block(row, min(cut.rows, m - row), column, min(cut.columns, n - column)) }
    }
}

/// y = x · op(B) for one row x of k elements, op(B) k×n. Steps between elements: stepX in x, stepY in y.
@inline(__always)
private func rowProduct<T: BLASScalar>(
    _ transposeB: Transpose, _ n: Int, _ k: Int, _ x: UnsafePointer<T>, _ stepX: Int, _ b: UnsafePointer<T>, _ ldb: Int,
    _ y: UnsafeMutablePointer<T>, _ stepY: Int
) {
    // gemv scales y by beta = 0, and some releases keep a NaN that stood there.
    for index in 0..<n { y[index * stepY] = 0 }
    if transposeB == .yes {
        T.gemv(.no, n, k, 1, b, ldb, x, stepX, 0, y, stepY)
    } else {
        T.gemv(.yes, k, n, 1, b, ldb, x, stepX, 0, y, stepY)
    }
}

/// How a product's output is cut into blocks.
private struct Cut {
    var rows: Int
    var columns: Int
    /// Blocks along the rows, and in all.
    private(set) var down = 1
    private(set) var count = 1

    /// Measured on two AVX-512 cores with OpenBLAS 0.3.21:
    /// - Below 3·10⁵ flops, 3 µs, a second thread costs more than it brings.
    /// - A product with one row or column is bound by memory: it pays from 16 Ki elements of the matrix on.
    /// - OpenBLAS's AVX-512 cores have kernels that do not pack, for m·n·k ≤ 10⁶ (with B transposed also m·n ≤ 1200).
    ///   They reach 112–117 GFLOP/s a thread of 118, the packing ones 94–106, so tiles of that size win, even
    ///   on one thread, while B's slabs stay in cache.
    /// - Otherwise halves of the longer side, so that no block is larger than 1024×1024: the fewest blocks pack least.
    @inline(__always)
    init(_ m: Int, _ n: Int, _ k: Int, _ transposeA: Transpose, _ transposeB: Transpose, isFloat: Bool) {
        (rows, columns) = (m, n)
        if m == 1 || n == 1 {
            if m * n * k >= 16_384 { halveLonger() }
        } else if 2 * m * n * k >= 300_000 {
            if isFloat, hasKernelsWithoutPacking, !(transposeA == .yes && transposeB == .yes), (32...1000).contains(k),
                k * n <= 524_288
            {
                tile(m, n, k, limit: transposeB == .yes ? min(withoutPacking / k, 1200) : withoutPacking / k)
            } else {
                repeat { halveLonger() } while max(rows, columns) > 1024
            }
        }
        down = (m + rows - 1) / rows
        count = down * ((n + columns - 1) / columns)
    }

    private mutating func halveLonger() {
        if rows >= columns { rows = Self.part(rows, of: 2) } else { columns = Self.part(columns, of: 2) }
    }

    private mutating func tile(_ m: Int, _ n: Int, _ k: Int, limit: Int) {
        columns = Self.part(n, of: (n + 63) / 64)
        let most = max(4, limit / columns)
        rows = Self.part(m, of: (m + most - 1) / most)
        if rows >= m && columns >= n { halveLonger() }
    }

    /// The length of each of `count` nearly equal parts, a multiple of 4 where that leaves their number.
    private static func part(_ length: Int, of count: Int) -> Int {
        let exact = (length + count - 1) / count
        let rounded = exact & ~3
        return rounded > 0 && (length + rounded - 1) / rounded == count ? rounded : exact
    }
}

/// Up to this m·n·k OpenBLAS's AVX-512 cores do not pack.
package let withoutPacking = 1_000_000

package let hasKernelsWithoutPacking = ["SkylakeX", "Cooperlake", "SapphireRapids"].contains {
    $0.lowercased() == Runtime.coreUsed.lowercased()
}
