import CCotangentKernels
import CotangentBLAS

// How linear algebra runs LAPACK: matrices of a batch are copied where LAPACK may write, looked through for NaNs while
// they are in cache, and worked on side by side, or one by OpenBLAS's own threads.

/// The last two axes of a tensor as matrices, the others as a batch of them.
struct MatrixBatch {
    let operation: String
    let batch: Shape
    let rows: Int
    let columns: Int
    let count: Int

    init(_ operation: String, _ a: Tensor) {
        self.operation = operation
        batch = Shape(Array(a.shape.dropLast(2)))
        rows = a.shape[a.rank - 2]
        columns = a.shape[a.rank - 1]
        count = batch.elementCount
    }

    var smaller: Int { Swift.min(rows, columns) }
    var larger: Int { Swift.max(rows, columns) }

    func shape(_ lengths: Int...) -> Shape { Shape(batch.dimensions + lengths) }

    func error(_ problem: LinearAlgebraError.Problem, _ index: Int) -> LinearAlgebraError {
        LinearAlgebraError(
            operation: operation, problem: problem, matrix: batch.rank == 0 ? [] : batch.position(of: index),
            rows: rows, columns: columns)
    }

    /// Throws where the matrices have no elements. A batch of no matrices is no error: its results are empty.
    func requireElements() throws(LinearAlgebraError) {
        if rows == 0 || columns == 0, count > 0 { throw error(.empty, 0) }
    }
}

/// `a` where its last two axes are floating-point matrices, which are square where `square`. Anything else is refused.
func checkedMatrices(_ operation: String, _ a: Tensor, square: Bool = false) -> Tensor {
    if a.dtype.isFloatingPoint, a.rank >= 2, !square || a.shape[a.rank - 2] == a.shape[a.rank - 1] { return a }
    let n = a.shape.last ?? 1
    return reject(
        operation,
        "\(a.summary): the last two axes are to be \(square ? "square " : "")matrices of float32 or float64",
        meant: Shape(a.shape.dropLast(2) + [n, n]), a.dtype.isFloatingPoint ? a.dtype : .float32)
}

extension Tensor {
    /// The elements for LAPACK to overwrite, row-major, as a plain value, where all are finite.
    func finiteCopy(
        _ operation: String, _ operand: String = "the matrix"
    ) throws(LinearAlgebraError) -> Tensor {
        let y = detached.copied()
        try y.requireFinite(operation, operand, rowAxis: -2)
        return y
    }

    /// The same with the last two axes exchanged: each matrix column-major, as LAPACK takes it.
    func finiteColumnMajorCopy(
        _ operation: String, _ operand: String = "the matrix"
    ) throws(LinearAlgebraError) -> Tensor {
        let y = detached.transposed.copied()
        try y.requireFinite(operation, operand, rowAxis: -1)
        return y
    }

    /// Throws for the first element that is infinite or NaN. For tensors without gaps.
    func requireFinite(_ operation: String, _ operand: String, rowAxis: Int) throws(LinearAlgebraError) {
        guard let place = firstNonFinite else { return }
        let isNaN =
            dtype == .float32
            ? rawPointer.load(fromByteOffset: place * 4, as: Float.self).isNaN
            : rawPointer.load(fromByteOffset: place * 8, as: Double.self).isNaN
        let matrices = MatrixBatch(operation, rowAxis == -2 ? self : transposed)
        let position = shape.position(of: place)
        let (row, column) = (position[rank - 2], position[rank - 1])
        throw matrices.error(
            .notFinite(
                operand: operand, row: rowAxis == -2 ? row : column, column: rowAxis == -2 ? column : row,
                isNaN: isNaN), place / Swift.max(matrices.rows * matrices.columns, 1))
    }
}

/// A pointer that chunks of a job share, each writing its own part.
struct UncheckedPointer<T>: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<T>
    init(_ pointer: UnsafeMutablePointer<T>) { self.pointer = pointer }
}

extension MatrixBatch {
    /// Calls `body` for each matrix and returns what it gave, LAPACK's `info`. One matrix of at least `raisedFrom` flops
    /// gets OpenBLAS's own threads, many are shared out over the pool. `flops` is what one costs.
    func forEach(flops: Double, raisedFrom: Double = 1e7, _ body: (Int) -> Int) -> [Int] {
        if count == 1 { return [flops < raisedFrom ? body(0) : withRaisedThreads { body(0) }] }
        var info = [Int](repeating: 0, count: count)
        info.withUnsafeMutableBufferPointer { info in
            guard let base = info.baseAddress else { return }
            let info = UncheckedPointer(base)
            // About 100 µs of arithmetic a chunk.
            let grain = Int(Swift.max(1, (2e5 / Swift.max(flops, 200)).rounded(.up)))
            parallel(chunks: (count + grain - 1) / grain) { chunk in
                for index in chunk * grain..<Swift.min((chunk + 1) * grain, count) { info.pointer[index] = body(index) }
            }
        }
        return info
    }

    /// Throws what `problem` makes of the first `info` that is not 0. A negative one is a fault of ours.
    func check(
        _ info: [Int], _ problem: (Int) -> LinearAlgebraError.Problem
    ) throws(LinearAlgebraError) {
        guard let index = info.firstIndex(where: { $0 != 0 }) else { return }
        if info[index] < 0 { fail(operation, "LAPACK refuses argument \(-info[index])") }
        throw error(problem(info[index]), index)
    }
}

extension Tensor {
    /// The first element as `T`, for LAPACK.
    @inline(__always)
    func elements<T>(_ type: T.Type = T.self) -> UnsafeMutablePointer<T> { rawPointer.assumingMemoryBound(to: T.self) }

    /// Calls `body` with the type of the elements.
    @inline(__always)
    func withScalarType<R>(_ float: (Float.Type) -> R, _ double: (Double.Type) -> R) -> R {
        dtype == .float32 ? float(Float.self) : double(Double.self)
    }
}

/// Which matrix of a batch goes with one of a larger batch, to which it broadcasts.
struct BatchIndex {
    /// Whether both are one batch.
    let isSame: Bool
    private let places: [Int]

    init(_ batch: Shape, in larger: Shape) {
        isSame = batch == larger
        if isSame || batch.elementCount == 1 {
            places = []
            return
        }
        let strides = Layout(batch).broadcastStrides(to: larger)
        var places = [0]
        for (axis, length) in larger.enumerated() {
            places = places.flatMap { start in (0..<length).map { start + $0 * strides[axis] } }
        }
        self.places = places
    }

    subscript(index: Int) -> Int { isSame ? index : places.isEmpty ? 0 : places[index] }
}
