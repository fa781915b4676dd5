import CotangentBLAS

/// Computes filters: a tile at a time, whose margins are filled in, and which is filtered while it is in cache.
struct FilterRun {
    private let correlate: CorrelateLoop
    private let extend: ExtendLoop
    private let dtype: DType
    private let window: ExtensionWindow
    private let hasMargins: Bool
    private let kernel: SIMD2<Int>
    /// The planes' rows and columns, and those of the result.
    private let input: SIMD2<Int>
    private let output: SIMD2<Int>

    /// See `filtered`, which records it.
    static func value(_ x: Tensor, _ k: Tensor, _ margins: FilterMargins) -> Tensor {
        let (x, k) = (x.contiguous, k.contiguous)
        let run = FilterRun(x, k, margins)
        let y = Tensor(uninitialized: [x.shape[0], run.output[0], run.output[1]], x.dtype)
        if y.isAbstract || y.count == 0 { return y }
        run.run(x, k, y)
        return y
    }

    private init(_ x: Tensor, _ k: Tensor, _ margins: FilterMargins) {
        correlate = Kernels.correlate.loop(for: x.dtype)!
        extend = Kernels.extend.loop(for: x.dtype)!
        dtype = x.dtype
        window = ExtensionWindow(x.shape, margins)
        hasMargins = !margins.isNone
        kernel = SIMD2(k.shape[1], k.shape[2])
        input = SIMD2(x.shape[1], x.shape[2])
        output = window.lengths &- kernel &+ 1
    }

    /// Elements of a tile: with the rows above it in the second-level cache.
    private static let tileCount = 32_768

    private func run(_ x: Tensor, _ k: Tensor, _ y: Tensor) {
        let factors = (0..<k.shape[0]).map { RankOneFactors(of: k, plane: $0) }
        // The cut follows from the shape alone. Rows are cut where they are long; a band is at least twice as high as
        // what it shares with the next one.
        let strips = output[1] <= 4096 ? 1 : (output[1] + 2047) / 2048
        let width = strips == 1 ? output[1] : (output[1] / strips + 64) & ~63
        let bands = Swift.max(1, output[0] / Swift.max(Self.tileCount / width, 2 * kernel[0], 1))
        let height = (output[0] + bands - 1) / bands
        let taps = kernel[0] * kernel[1]
        let cost = width * height * Swift.max(1, taps / 4)
        parallel(over: x.shape[0] * bands * strips, grain: Swift.max(1, elementwiseGrain / cost)) { tiles in
            for tile in tiles {
                let (plane, rest) = tile.quotientAndRemainder(dividingBy: bands * strips)
                let (band, strip) = rest.quotientAndRemainder(dividingBy: strips)
                let top = Swift.min(band * height, output[0])
                let left = Swift.min(strip * width, output[1])
                let rows = top..<Swift.min(top + height, output[0])
                let columns = left..<Swift.min(left + width, output[1])
                if rows.isEmpty || columns.isEmpty { continue }
                let which = plane % factors.count
                runTile(
                    rows, columns, x.rawPointer + plane * input[0] * input[1] * dtype.size,
                    k.rawPointer + which * taps * dtype.size, factors[which],
                    y.rawPointer + ((plane * output[0] + top) * output[1] + left) * dtype.size)
            }
        }
        withExtendedLifetime((x.storage, k.storage)) {}
    }

    private func runTile(
        _ rows: Range<Int>, _ columns: Range<Int>, _ x: UnsafeRawPointer, _ k: UnsafeRawPointer,
        _ factors: RankOneFactors?, _ y: UnsafeMutableRawPointer
    ) {
        let (height, width) = (rows.count + kernel[0] - 1, columns.count + kernel[1] - 1)
        var source = x + (rows.lowerBound * input[1] + columns.lowerBound) * dtype.size
        var lead = input[1]
        var margin: Storage?
        if hasMargins {
            margin = Storage(byteCount: height * width * dtype.size)
            window.run(
                extend, rows.lowerBound..<rows.lowerBound + height, columns.lowerBound..<columns.lowerBound + width, x,
                margin!.pointer)
            source = UnsafeRawPointer(margin!.pointer)
            lead = width
        }
        if let factors {
            let middle = Storage(byteCount: height * columns.count * dtype.size)
            correlate(
                height, columns.count, 1, kernel[1], factors.row.rawPointer, source, lead, middle.pointer, columns.count
            )
            correlate(
                rows.count, columns.count, kernel[0], 1, factors.column.rawPointer, middle.pointer, columns.count, y,
                output[1])
            withExtendedLifetime((factors, middle)) {}
        } else {
            correlate(rows.count, columns.count, kernel[0], kernel[1], k, source, lead, y, output[1])
        }
        withExtendedLifetime(margin) {}
    }

    /// See `matched`, which records it.
    static func matches(_ x: Tensor, _ y: Tensor, _ kernels: Int) -> Tensor {
        let planes = x.shape[0]
        let (rows, columns) = (y.shape[1], y.shape[2])
        let (height, width) = (x.shape[1] - rows + 1, x.shape[2] - columns + 1)
        let taps = Tensor(uninitialized: [planes, height, width], x.dtype)
        if !taps.isAbstract, taps.count > 0 {
            let (x, y) = (x.contiguous, y.contiguous)
            let loop = Kernels.match.loop(for: x.dtype)!
            let (size, lead) = (x.dtype.size, x.shape[2])
            let (from, beside, to) = (x.rawPointer, y.rawPointer, taps.rawPointer)
            parallel(over: taps.count, grain: Swift.max(1, elementwiseGrain / (rows * columns))) { part in
                for tap in part {
                    let (plane, place) = tap.quotientAndRemainder(dividingBy: height * width)
                    let start = (plane * x.shape[1] + place / width) * lead + place % width
                    loop(
                        rows, columns, from + start * size, lead, beside + plane * rows * columns * size, columns,
                        to + tap * size)
                }
            }
            withExtendedLifetime((x.storage, y.storage)) {}
        }
        if planes == kernels { return taps }
        return sum(taps.reshaped([planes / kernels, kernels, height, width]), axes: [0])
    }
}
