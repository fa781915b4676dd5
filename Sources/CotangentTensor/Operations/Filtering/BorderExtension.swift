import CotangentBLAS

// Planes with their margins, and the adjoint, which adds what stands in the margins to where it came from.

/// Planes [planes, rows, columns] with margins around each.
func extended(_ x: Tensor, _ margins: FilterMargins) -> Tensor {
    if margins.isNone { return x }
    let window = ExtensionWindow(x.shape, margins)
    let y = Tensor(uninitialized: [x.shape[0], window.lengths[0], window.lengths[1]], x.dtype)
    if !y.isAbstract, y.count > 0 {
        let source = x.contiguous
        let loop = Kernels.extend.loop(for: x.dtype)!
        let (from, to, size) = (source.rawPointer, y.rawPointer, x.dtype.size)
        let count = window.count
        parallel(over: y.shape[0], grain: Swift.max(1, elementwiseGrain / count)) { planes in
            for plane in planes {
                window.run(
                    loop, 0..<window.lengths[0], 0..<window.lengths[1], from + plane * window.planeCount * size,
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
        let count = window.count
        parallel(over: shape[0], grain: Swift.max(1, elementwiseGrain / count)) { planes in
            for plane in planes {
                window.run(
                    loop, 0..<window.lengths[0], 0..<window.lengths[1], from + plane * count * size,
                    to + plane * window.planeCount * size)
            }
        }
        withExtendedLifetime(source.storage) {}
    }
    guard let tape = Tape.recording(y) else { return x }
    return tape.record("folded", x, y) { extended($0, margins) }
}

/// Where the rows and columns of planes with margins come from.
struct ExtensionWindow: Sendable {
    private let rows: [Int]
    /// Of the columns before and after the plane's.
    private let left: [Int]
    private let right: [Int]
    private let width: Int
    let planeCount: Int
    /// Rows and columns with their margins.
    let lengths: SIMD2<Int>

    init(_ shape: Shape, _ margins: FilterMargins) {
        let (before, after, border) = (margins.before, margins.after, margins.border)
        let (height, width) = (shape[1], shape[2])
        rows = (-before[0]..<height + after[0]).map { border.source(of: $0, length: height) }
        left = (-before[1]..<0).map { border.source(of: $0, length: width) }
        right = (width..<width + after[1]).map { border.source(of: $0, length: width) }
        self.width = width
        planeCount = height * width
        lengths = SIMD2(height, width) &+ before &+ after
    }

    var count: Int { lengths[0] * lengths[1] }

    /// Runs a loop (to extend or to fold) for a part of a plane with margins, which lies without gaps on its side.
    func run(
        _ loop: ExtendLoop, _ rowRange: Range<Int>, _ columnRange: Range<Int>, _ from: UnsafeRawPointer,
        _ to: UnsafeMutableRawPointer
    ) {
        let (first, end) = (left.count, left.count + width)
        let middle = (first..<end).clamped(to: columnRange)
        let before = columnRange.clamped(to: 0..<first)
        let after = columnRange.clamped(to: end..<end + right.count)
        rows.withUnsafeBufferPointer { rows in
            left[before].withUnsafeBufferPointer { left in
                right[after.lowerBound - end..<after.upperBound - end].withUnsafeBufferPointer { right in
                    loop(
                        rowRange.count, rows.baseAddress! + rowRange.lowerBound, left.count, left.baseAddress,
                        middle.count, middle.isEmpty ? 0 : middle.lowerBound - first, right.count, right.baseAddress,
                        width, from, to)
                }
            }
        }
    }
}
