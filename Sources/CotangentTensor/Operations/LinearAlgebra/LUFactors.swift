import CotangentBLAS

/// The LU factors of square matrices: of the transpose of each, which is what a row-major matrix is column-major, so that
/// nothing is transposed. Aᵀ = P L U.
struct LUFactors: Sendable {
    let matrices: MatrixBatch
    let factors: Tensor
    /// n int32 a matrix, from 1.
    private let pivotStorage: Storage
    var pivots: UnsafeMutablePointer<Int32> { pivotStorage.pointer.assumingMemoryBound(to: Int32.self) }
    /// The first matrix with a pivot that is exactly 0, and that pivot, counted from 1.
    private let singular: (matrix: Int, pivot: Int)?

    /// Throws where an element is not finite, or there is none. Whether they are singular is for `requireRegular`.
    init(_ operation: String, _ a: Tensor) throws(LinearAlgebraError) {
        let matrices = MatrixBatch(operation, a)
        try matrices.requireElements()
        let factors = try a.finiteCopy(operation)
        let (n, count) = (matrices.rows, matrices.count)
        let pivotStorage = Storage(byteCount: count * n * MemoryLayout<Int32>.size)
        let pivots = pivotStorage.pointer.assumingMemoryBound(to: Int32.self)
        func factor<T: LAPACKScalar>(_: T.Type) -> (Int, Int)? {
            let a = factors.elements(T.self)
            if n < smallestForLAPACK { return smallFactors(count, n, a, pivots) }
            let info = matrices.forEach(flops: 2.0 / 3 * Double(n * n * n), raisedFrom: 1e7) { index in
                T.getrf(n, n, a + index * n * n, n, pivots + index * n)
            }
            return info.firstIndex { $0 != 0 }.map { ($0, info[$0]) }
        }
        singular = factors.isAbstract || count == 0 ? nil : factors.withScalarType(factor, factor)
        self.matrices = matrices
        self.factors = factors
        self.pivotStorage = pivotStorage
    }

    var isRegular: Bool { singular == nil }

    func requireRegular() throws(LinearAlgebraError) {
        if let singular { throw matrices.error(.singular(pivot: singular.pivot - 1), singular.matrix) }
    }

    /// op(A)⁻¹ b for b [.., n, k], whose batch may be larger than that of the factors. A plain value.
    func solve(_ b: Tensor, transposed: Bool) -> Tensor {
        let n = matrices.rows
        let k = b.shape[b.rank - 1]
        let x = b.detached.copied()
        if x.isAbstract || x.count == 0 { return x }
        let targets = MatrixBatch(matrices.operation, x)
        let source = BatchIndex(matrices.batch, in: targets.batch)
        let pivots = self.pivots
        func solve<T: LAPACKScalar>(_: T.Type) {
            let lu = factors.elements(T.self)
            let x = x.elements(T.self)
            if n < smallestForLAPACK, source.isSame {
                let grain = smallMatrices(flops: 2 * n * n * (k + 1))
                parallel(chunks: (targets.count + grain - 1) / grain) { chunk in
                    let start = chunk * grain
                    T.smallSolve(
                        transposed ? .yes : .no, Swift.min(grain, targets.count - start), n, k, lu + start * n * n,
                        pivots + start * n, x + start * n * k)
                }
                return
            }
            _ = targets.forEach(flops: 2 * Double(n * n * k), raisedFrom: 5e6) { index in
                let place = source[index]
                let (lu, pivots, x) = (lu + place * n * n, pivots + place * n, x + index * n * k)
                if transposed {
                    // Xᵀ = Bᵀ P L⁻ᵀ U⁻ᵀ
                    exchangeRows(0..<n, pivots, k, x)
                    T.solveRight(.lower, .yes, unit: true, k, n, lu, n, x, k)
                    T.solveRight(.upper, .yes, unit: false, k, n, lu, n, x, k)
                } else {
                    // Xᵀ = Bᵀ U⁻¹ L⁻¹ Pᵀ
                    T.solveRight(.upper, .no, unit: false, k, n, lu, n, x, k)
                    T.solveRight(.lower, .no, unit: true, k, n, lu, n, x, k)
                    exchangeRows((0..<n).reversed(), pivots, k, x)
                }
                return 0
            }
        }
        x.withScalarType(solve, solve)
        withExtendedLifetime((factors.storage, pivotStorage)) {}
        return x
    }

    /// The diagonal of U, [batch, n].
    var diagonal: Tensor { factors.diagonals }

    /// The determinants of the permutations, ±1, [batch].
    var parity: Tensor {
        let (n, count) = (matrices.rows, matrices.count)
        let pivots = self.pivots
        let signs = (0..<count).map { index in
            (0..<n).reduce(1.0) { pivots[index * n + $1] == $1 + 1 ? $0 : -$0 }
        }
        return Tensor(signs, shape: matrices.batch).cast(to: factors.dtype)
    }
}

/// ``LAPACKScalar/smallFactors(_:_:_:_:_:)`` over the pool: the first matrix that is singular, and its pivot.
private func smallFactors<T: LAPACKScalar>(
    _ count: Int, _ n: Int, _ a: UnsafeMutablePointer<T>, _ pivots: UnsafeMutablePointer<Int32>
) -> (Int, Int)? {
    withScratch(Int32.self, count: count) { info in
        let grain = smallMatrices(flops: n * n * n)
        parallel(chunks: (count + grain - 1) / grain) { chunk in
            let start = chunk * grain
            T.smallFactors(
                Swift.min(grain, count - start), n, a + start * n * n, pivots + start * n, info + start)
        }
        return (0..<count).first { info[$0] != 0 }.map { ($0, Int(info[$0])) }
    }
}

/// How many small matrices make a chunk: some 30 µs of work, whole blocks of lanes.
private func smallMatrices(flops: Int) -> Int { Swift.max(16, 100_000 / Swift.max(flops, 1) & ~15) }

/// Row i is exchanged with row pivots[i] − 1, for each i in its order. Rows have k elements.
private func exchangeRows<T>(
    _ order: some Sequence<Int>, _ pivots: UnsafePointer<Int32>, _ k: Int, _ x: UnsafeMutablePointer<T>
) {
    for i in order {
        let other = Int(pivots[i]) - 1
        if other == i { continue }
        for column in 0..<k { swap(&x[i * k + column], &x[other * k + column]) }
    }
}
