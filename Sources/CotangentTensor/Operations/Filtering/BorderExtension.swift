import CotangentBLAS

// Planes with their margins, and the adjoint, which adds what stands in the margins to where it came from.

/// Planes [planes, rows, columns] with margins around each.
func extended(_ x: Tensor, _ margins: FilterMargins) -> Tensor {
    if margins.isNone { return x }
    let window = ExtensionWindow(x.shape, margins)
    let y = Tensor(uninitialized: window.extendedShape, x.dtype)
    if !y.isAbstract, y.count > 0 {
        let source = x.contiguous
        let loop = Kernels.extend.loop(for: x.dtype)!
        let (from, to, size) = (source.rawPointer, y.rawPointer, x.dtype.size)
        let count = window.rows.count * window.columns.count
        parallel(over: y.shape[0], grain: Swift.max(1, elementwiseGrain / count)) { planes in
            for plane in planes {
                window.run(
                    loop, 0..<window.rows.count, 0..<window.columns.count, from + plane * window.planeCount * size,
                    to + plane * count * size)
            }
        }
        withExtendedLifetime(source.storage) {}
    }
    guard let tape = Tape.recording(x) else { return y }
    let shape = x.shape
    return tape.record("extended", y, x) { folded($0, margins, into: shape) }
}

/// The adjoint of ``extended(_:_:)``: planes of `shape`, to which the margins of `y` are added.
func folded(_ y: Tensor, _ margins: FilterMargins, into shape: Shape) -> Tensor {
    if margins.isNone { return y }
    let window = ExtensionWindow(shape, margins)
    let x = Tensor.zeros(shape, dtype: y.dtype)
    if !x.isAbstract, x.count > 0 {
        let source = y.contiguous
        let loop = Kernels.fold.loop(for: y.dtype)!
        let (from, to, size) = (source.rawPointer, x.rawPointer, y.dtype.size)
        let count = window.rows.count * window.columns.count
        parallel(over: shape[0], grain: Swift.max(1, elementwiseGrain / count)) { planes in
            for plane in planes {
                window.run(
                    loop, 0..<window.rows.count, 0..<window.columns.count, from + plane * count * size,
                    to + plane * window.planeCount * size)
            }
        }
        withExtendedLifetime(source.storage) {}
    }
    guard let tape = Tape.recording(y) else { return x }
    return tape.record("folded", x, y) { extended($0, margins) }
}

/// Where each row and column of planes with margins comes from.
struct ExtensionWindow: Sendable {
    let rows: [Int]
    let columns: [Int]
    /// The plane's columns among `columns`.
    private let middle: Range<Int>
    private let width: Int
    let planeCount: Int
    let extendedShape: Shape

    init(_ shape: Shape, _ margins: FilterMargins) {
        rows = margins.map(axis: 0, length: shape[1])
        columns = margins.map(axis: 1, length: shape[2])
        middle = margins.before[1]..<margins.before[1] + shape[2]
        width = shape[2]
        planeCount = shape[1] * shape[2]
        extendedShape = [shape[0], rows.count, columns.count]
    }

    /// Runs a loop (to extend or to fold) for a part of a plane with margins, which lies without gaps on its side.
    func run(
        _ loop: ExtendLoop, _ rowRange: Range<Int>, _ columnRange: Range<Int>, _ from: UnsafeRawPointer,
        _ to: UnsafeMutableRawPointer
    ) {
        let part = middle.clamped(to: columnRange)
        rows.withUnsafeBufferPointer { rows in
            columns.withUnsafeBufferPointer { columns in
                loop(
                    rowRange.count, columnRange.count, rows.baseAddress! + rowRange.lowerBound,
                    columns.baseAddress! + columnRange.lowerBound, part.lowerBound - columnRange.lowerBound,
                    part.upperBound - columnRange.lowerBound, width, from, to)
            }
        }
    }
}
