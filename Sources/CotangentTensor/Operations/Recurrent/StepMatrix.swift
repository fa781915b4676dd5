import CCotangentKernels
import CotangentBLAS

/// A matrix [k, columns] by which rows are multiplied at every step, in panels of columns that are each one run of memory.
///
/// OpenBLAS's AVX-512 kernels that do not pack (see `hasKernelsWithoutPacking`) want narrow panels; others get what columns
/// there are at once.
struct StepMatrix<T: BLASScalar> {
    struct Panel {
        /// The first column.
        let start: Int
        let width: Int
        /// Element (row, column) stands at row · step + column; transposed at column · step + row.
        let memory: UnsafePointer<T>
        let step: Int
        let isTransposed: Bool
        /// Whether the product is added to what stands there.
        let adds: Bool
    }

    let k: Int
    let panels: [Panel]
    /// k cut for the cache.
    private let parts: [Range<Int>]
    private let storage: Tensor?

    /// - Parameters:
    ///   - source: [columns, k] where `isTransposed`, otherwise [k, columns], row-major.
    ///   - ranges: the panels' columns.
    ///   - copies: whether the panels are copied, which pays where they are used several times.
    init(
        _ source: UnsafePointer<T>, k: Int, columns: Int, isTransposed: Bool, ranges: [Range<Int>], copies: Bool,
        _ dtype: DType, adds: (Range<Int>) -> Bool
    ) {
        self.k = k
        parts = Self.isNarrow ? RecurrentCut.parts(k, of: (k + Self.deepest - 1) / Self.deepest, multiple: 1) : [0..<k]
        let copies = copies && (isTransposed || ranges.count > 1)
        storage = copies ? Tensor(uninitialized: [k * columns], dtype) : nil
        let memory = storage?.rawPointer.assumingMemoryBound(to: T.self)
        panels = ranges.map { range in
            let width = range.count
            guard let memory else {
                return Panel(
                    start: range.lowerBound, width: width,
                    memory: source + (isTransposed ? range.lowerBound * k : range.lowerBound),
                    step: isTransposed ? k : columns, isTransposed: isTransposed, adds: adds(range))
            }
            let panel = memory + k * range.lowerBound
            let shape = [k, width]
            let strides = isTransposed ? [1, k] : [columns, 1]
            ct_copy_strided(
                MemoryLayout<T>.stride, 2, shape, strides,
                source + (isTransposed ? range.lowerBound * k : range.lowerBound), panel)
            return Panel(
                start: range.lowerBound, width: width, memory: UnsafePointer(panel), step: width, isTransposed: false,
                adds: adds(range))
        }
    }

    /// y[row][column] = x · panel, or + where the panel adds (or all do), for the given panels.
    @inline(__always)
    func multiply(
        rows: Int, _ x: UnsafePointer<T>, _ stepX: Int, panels which: Range<Int>, _ y: UnsafeMutablePointer<T>,
        _ stepY: Int, by stride: Int = 1
    ) {
        if rows == 0 { return }
        for index in Swift.stride(from: which.lowerBound, to: which.upperBound, by: stride) {
            let panel = panels[index]
            for depth in parts {
                let beta: T = panel.adds || depth.lowerBound > 0 ? 1 : 0
                let memory = panel.memory + depth.lowerBound * (panel.isTransposed ? 1 : panel.step)
                let most = panel.isTransposed ? rows : Self.mostRows(panel.width, depth.count)
                var row = 0
                while row < rows {
                    let count = Swift.min(most, rows - row)
                    T.gemm(
                        .no, panel.isTransposed ? .yes : .no, count, panel.width, depth.count, 1,
                        x + row * stepX + depth.lowerBound, stepX, memory, panel.step, beta,
                        y + row * stepY + panel.start, stepY)
                    row += count
                }
            }
        }
    }

    /// Rows for a chunk of a long product: a few of the kernels' own tiles.
    static func tileRows(_ rows: Int, k: Int) -> Int {
        let most = isNarrow ? Swift.max(16, Swift.min(128, withoutPacking / (64 * Swift.min(k, deepest)))) : 256
        let count = Swift.max(2, (rows + most - 1) / most)
        return (rows + count - 1) / count
    }

    /// How much of k one product takes: 64 columns of it are an eighth of the second-level cache.
    static var deepest: Int { 512 }

    static var isNarrow: Bool { T.self == Float.self && hasKernelsWithoutPacking }

    static func mostRows(_ width: Int, _ k: Int) -> Int {
        isNarrow ? Swift.max(1, withoutPacking / (width * k)) : .max
    }

    /// Columns in panels that suit the kernels.
    static func ranges(_ columns: Range<Int>) -> [Range<Int>] {
        if !isNarrow || columns.isEmpty { return [columns] }
        return RecurrentCut.parts(columns.count, of: (columns.count + 63) / 64, multiple: 16).map {
            columns.lowerBound + $0.lowerBound..<columns.lowerBound + $0.upperBound
        }
    }
}
