import CCotangentKernels
import CotangentBLAS

/// Convolution as a product of matrices: what the kernel sees at each position is written as a column (im2col), a panel
/// of positions at a time, so that the panel stays in cache for the product (Chellapilla, Puri, Simard, 2006). A kernel
/// of one element at every position needs no copy. Any geometry.
///
/// In what follows C, K and P are a group's input channels, its output channels and the positions of one image; a patch
/// has C·|kernel| elements.
struct ColumnsConvolution: ConvolutionEngine {
    func forward<T: ConvolutionScalar>(
        _ shape: ConvolutionShape, _ x: UnsafePointer<T>, _ weight: UnsafePointer<T>, _ bias: UnsafePointer<T>?,
        relu: Bool, _ y: UnsafeMutablePointer<T>
    ) {
        let (patch, outputs, positions) = (shape.patchCount, shape.groupOutputs, shape.window.outputCount)
        let panels = Panels(shape, patch: patch)
        let planes = shape.batch * shape.groups
        parallel(over: planes * panels.count, grain: panels.grain(2 * outputs * patch)) { part in
            panels.withColumns(T.self, patch: patch, isPointwise: shape.isPointwise) { columns, scratch in
                for index in part {
                    let (plane, panel) = (index / panels.count, panels[index % panels.count])
                    let group = plane % shape.groups
                    let weight = weight + group * outputs * patch
                    let y = y + plane * outputs * positions + panels.offset(panel)
                    let count = panel.rows * panel.columns
                    let source = x + plane * shape.groupInputs * shape.window.inputCount
                    let (b, ldb) =
                        shape.isPointwise
                        ? (source + panels.offset(panel), positions)
                        : (UnsafePointer(columns), count)
                    if !shape.isPointwise {
                        T.columns(
                            panels.window, panel, channels: shape.groupInputs, source, scratch: scratch, columns,
                            line: count)
                    }
                    // Y [K, n] = W [K, patch] · columns [patch, n]
                    T.product(
                        .no, .no, outputs, count, patch, weight, patch, b, ldb, beta: 0, y, positions, bias: nil,
                        relu: false)
                    if bias != nil || relu {
                        T.addChannelBias(
                            outputs, count, bias.map { $0 + group * outputs }, relu: relu, y, line: positions)
                    }
                }
            }
        }
    }

    func inputGradient<T: ConvolutionScalar>(
        _ shape: ConvolutionShape, _ dy: UnsafePointer<T>, _ weight: UnsafePointer<T>, _ dx: UnsafeMutablePointer<T>
    ) {
        let (patch, outputs, positions) = (shape.patchCount, shape.groupOutputs, shape.window.outputCount)
        let (kernelCount, inputCount) = (shape.window.kernelCount, shape.window.inputCount)
        let planes = shape.batch * shape.groups
        // Columns overlap within a channel, so a channel is one thread's; few images are cut along their channels.
        let blocks = min(shape.groupInputs, (7 + planes) / planes)
        let block = (shape.groupInputs + blocks - 1) / blocks
        let panels = Panels(shape, patch: block * kernelCount)
        let grain = max(1, 400_000 / max(1, 2 * outputs * block * kernelCount * positions))
        parallel(over: planes * blocks, grain: grain) { part in
            panels.withColumns(T.self, patch: block * kernelCount, isPointwise: shape.isPointwise) { columns, scratch in
                for index in part {
                    let (plane, first) = (index / blocks, index % blocks * block)
                    let channels = min(block, shape.groupInputs - first)
                    if channels <= 0 { continue }
                    let weight = weight + plane % shape.groups * outputs * patch + first * kernelCount
                    let dx = dx + (plane * shape.groupInputs + first) * inputCount
                    if !shape.isPointwise { dx.update(repeating: 0, count: channels * inputCount) }
                    for panel in panels.all {
                        let count = panel.rows * panel.columns
                        let dy = dy + plane * outputs * positions + panels.offset(panel)
                        let (c, ldc) =
                            shape.isPointwise ? (dx + panels.offset(panel), positions) : (columns, count)
                        // columns [patch, n] = Wᵀ [patch, K] · dY [K, n]
                        T.product(
                            .yes, .no, channels * kernelCount, count, outputs, weight, patch, dy, positions, beta: 0, c,
                            ldc, bias: nil, relu: false)
                        if !shape.isPointwise {
                            T.addColumns(
                                panels.window, panel, channels: channels, columns, line: count, scratch: scratch, dx)
                        }
                    }
                }
            }
        }
    }

    func weightGradient<T: ConvolutionScalar>(
        _ shape: ConvolutionShape, _ x: UnsafePointer<T>, _ dy: UnsafePointer<T>, _ dw: UnsafeMutablePointer<T>
    ) {
        let (patch, outputs, positions) = (shape.patchCount, shape.groupOutputs, shape.window.outputCount)
        let (kernelCount, inputCount) = (shape.window.kernelCount, shape.window.inputCount)
        // Sums over parts of the batch are kept apart while that is cheap, the rest is cut along input channels.
        let size = shape.outputChannels * patch
        let parts = min(shape.batch, max(1, min(8, (1 << 19) / max(1, size))))
        let blocks = min(shape.groupInputs, max(1, 8 / (parts * shape.groups)))
        let block = (shape.groupInputs + blocks - 1) / blocks
        let panels = Panels(shape, patch: block * kernelCount, most: 1024)
        let images = (shape.batch + parts - 1) / parts
        withScratch(T.self, count: parts > 1 ? parts * size : 0) { partial in
            parallel(chunks: parts * shape.groups * blocks) { chunk in
                let (part, group) = (chunk / (shape.groups * blocks), chunk / blocks % shape.groups)
                let first = chunk % blocks * block
                let channels = min(block, shape.groupInputs - first)
                if channels <= 0 { return }
                let target = (parts > 1 ? partial + part * size : dw) + group * outputs * patch + first * kernelCount
                var beta: T = 0
                panels.withColumns(T.self, patch: block * kernelCount, isPointwise: shape.isPointwise) {
                    columns, scratch in
                    for image in part * images..<max(part * images, min((part + 1) * images, shape.batch)) {
                        let plane = image * shape.groups + group
                        let x = x + (plane * shape.groupInputs + first) * inputCount
                        for panel in panels.all {
                            let count = panel.rows * panel.columns
                            let dy = dy + plane * outputs * positions + panels.offset(panel)
                            let (b, ldb) =
                                shape.isPointwise
                                ? (x + panels.offset(panel), positions)
                                : (UnsafePointer(columns), count)
                            if !shape.isPointwise {
                                T.columns(
                                    panels.window, panel, channels: channels, x, scratch: scratch, columns, line: count)
                            }
                            // dW [K, patch] += dY [K, n] · columnsᵀ [n, patch]
                            T.product(
                                .no, .yes, outputs, channels * kernelCount, count, dy, positions, b, ldb, beta: beta,
                                target, patch, bias: nil, relu: false)
                            beta = 1
                        }
                    }
                }
                if beta == 0 {
                    for row in 0..<outputs {
                        (target + row * patch).update(repeating: 0, count: channels * kernelCount)
                    }
                }
            }
            if parts > 1 { addParts(partial, parts, size, into: dw) }
        }
    }
}

/// y = Σ of `parts` neighbouring arrays of `count` elements, in their order.
func addParts<T: ConvolutionScalar>(
    _ partial: UnsafePointer<T>, _ parts: Int, _ count: Int, into y: UnsafeMutablePointer<T>
) {
    parallel(over: count) { range in
        let y = y + range.lowerBound
        y.update(from: partial + range.lowerBound, count: range.count)
        for part in 1..<parts { T.axpy(range.count, 1, partial + part * count + range.lowerBound, 1, y, 1) }
    }
}

/// How the positions of one image are cut: whole rows where they are short, else parts of rows.
struct Panels {
    let window: ct_window
    let all: [ct_panel]
    private let output: SIMD3<Int>

    /// - Parameters:
    ///   - patch: elements of a column.
    ///   - most: positions of a panel.
    init(_ shape: ConvolutionShape, patch: Int, most: Int = 512) {
        let output = shape.window.output
        self.output = output
        window = ct_window(shape.window)
        // Half a mebibyte of columns, so that they stay in the second-level cache.
        let positions = max(64, min(most, 131_072 / max(1, patch)))
        if output[2] > positions {
            let parts = (output[2] + positions - 1) / positions
            all = Self.cut(output, rows: 1, columns: (output[2] + parts - 1) / parts)
        } else {
            let parts = (output[1] * output[2] + positions - 1) / positions
            all = Self.cut(output, rows: (output[1] + parts - 1) / parts, columns: output[2])
        }
    }

    /// Panels of at most `rows` rows and `columns` columns. The first is as large as any.
    static func cut(_ output: SIMD3<Int>, rows: Int, columns: Int) -> [ct_panel] {
        var all: [ct_panel] = []
        for depth in 0..<output[0] {
            for row in stride(from: 0, to: output[1], by: rows) {
                for column in stride(from: 0, to: output[2], by: columns) {
                    all.append(
                        ct_panel(
                            depth: depth, row: row, rows: min(rows, output[1] - row), column: column,
                            columns: min(columns, output[2] - column)))
                }
            }
        }
        return all
    }

    var count: Int { all.count }
    subscript(index: Int) -> ct_panel { all[index] }

    /// Where a panel's first position stands in a plane of the output.
    func offset(_ panel: ct_panel) -> Int { (panel.depth * output[1] + panel.row) * output[2] + panel.column }

    /// How many panels are worth a chunk of their own: about 5 µs of arithmetic at `flops` a position.
    func grain(_ flops: Int) -> Int {
        max(1, 400_000 / max(1, flops * all[0].rows * all[0].columns))
    }

    /// Memory for one panel's columns and for the loops that write them.
    func withColumns<T, R>(
        _ type: T.Type, patch: Int, isPointwise: Bool,
        _ body: (_ columns: UnsafeMutablePointer<T>, _ scratch: UnsafeMutablePointer<T>) -> R
    ) -> R {
        if isPointwise { return withScratch(T.self, count: 0) { body($0, $0) } }
        // The first panel is the largest.
        let columns = (patch * all[0].rows * all[0].columns + Int(CT_COLUMNS_SLACK) + 15) & ~15
        let scratch = withUnsafePointer(to: window) { window in
            withUnsafePointer(to: all[0]) { ct_columns_scratch(window, $0) }
        }
        return withScratch(T.self, count: columns + scratch) { body($0, $0 + columns) }
    }
}

extension ct_window {
    init(_ window: WindowGeometry) {
        func triple(_ v: SIMD3<Int>) -> (Int, Int, Int) { (v[0], v[1], v[2]) }
        self.init(
            input: triple(window.input), output: triple(window.output), kernel: triple(window.kernel),
            stride: triple(window.stride), before: triple(window.before), dilation: triple(window.dilation))
    }
}
