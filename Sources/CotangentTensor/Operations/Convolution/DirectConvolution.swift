import CCotangentKernels
import CotangentBLAS

/// Convolution as sums of shifted rows of a padded box of the input: a product of matrices whose columns are read where
/// they are. See convolution_direct.c. Any geometry; the fastest where few channels or strides leave no better way.
struct DirectConvolution: ConvolutionEngine {
    func forward<T: ConvolutionScalar>(
        _ shape: ConvolutionShape, _ x: UnsafePointer<T>, _ weight: UnsafePointer<T>, _ bias: UnsafePointer<T>?,
        relu: Bool, _ y: UnsafeMutablePointer<T>
    ) {
        let shape = shape.withPointsInARow
        let filter = DirectFilter(forward: shape)
        let patch = shape.patchCount
        filter.run(
            shape, channels: shape.groupInputs, rows: shape.groupOutputs, x, weight,
            weightStrides: (group: shape.groupOutputs * patch, row: patch, depth: shape.window.kernelCount), bias,
            relu: relu, y)
    }

    func inputGradient<T: ConvolutionScalar>(
        _ shape: ConvolutionShape, _ dy: UnsafePointer<T>, _ weight: UnsafePointer<T>, _ dx: UnsafeMutablePointer<T>
    ) {
        let shape = shape.withPointsInARow
        // Inputs that lie alike between two steps of the window see the same elements of the kernel: each such class is
        // a convolution of dy without stride.
        let filters = DirectFilter.inputGradients(shape)
        if filters.contains(where: \.taps.isEmpty) {
            dx.update(repeating: 0, count: shape.batch * shape.inputChannels * shape.window.inputCount)
        }
        let patch = shape.patchCount
        for filter in filters where !filter.taps.isEmpty {
            filter.run(
                shape, channels: shape.groupOutputs, rows: shape.groupInputs, dy, weight,
                weightStrides: (group: shape.groupOutputs * patch, row: shape.window.kernelCount, depth: patch), nil,
                relu: false, dx)
        }
    }

    func weightGradient<T: ConvolutionScalar>(
        _ shape: ConvolutionShape, _ x: UnsafePointer<T>, _ dy: UnsafePointer<T>, _ dw: UnsafeMutablePointer<T>
    ) {
        let shape = shape.withPointsInARow
        DirectFilter(forward: shape).weightGradient(shape, x, dy, dw)
    }
}

/// A convolution of source planes with a set of taps: of x with the kernel, or of dy with those of its elements that
/// one class of inputs sees.
struct DirectFilter {
    struct Tap {
        /// Which element of the kernel.
        let element: Int
        /// Where in the box of the source it looks: slice of depth, remainders and places along height and width.
        let depth: Int
        let remainder: SIMD2<Int>
        let place: SIMD2<Int>
    }

    let taps: [Tap]
    /// Lengths of a plane of the source, and how many positions there are.
    let source: SIMD3<Int>
    let positions: SIMD3<Int>
    /// Position p looks at the source from p · move + origin on.
    let move: SIMD3<Int>
    let origin: SIMD3<Int>
    /// Steps between a box's slices, rows and columns, and how many more of them than positions it has.
    let step: SIMD3<Int>
    let extra: SIMD3<Int>
    /// Lengths of a plane of the target, in which position p stands at p · targetStep + targetOrigin.
    let target: SIMD3<Int>
    let targetStep: SIMD3<Int>
    let targetOrigin: SIMD3<Int>

    init(forward shape: ConvolutionShape) {
        let w = shape.window
        (source, positions, target) = (w.input, w.output, w.output)
        (move, origin) = (w.stride, .zero &- w.before)
        step = SIMD3(w.dilation[0], w.stride[1], w.stride[2])
        let reach = w.dilation &* (w.kernel &- 1)
        extra = SIMD3(w.kernel[0], reach[1] / w.stride[1], reach[2] / w.stride[2])
        (targetStep, targetOrigin) = (SIMD3(repeating: 1), .zero)
        var taps: [Tap] = []
        for d in 0..<w.kernel[0] {
            for h in 0..<w.kernel[1] {
                for x in 0..<w.kernel[2] {
                    let at = SIMD2(h * w.dilation[1], x * w.dilation[2])
                    let stride = SIMD2(w.stride[1], w.stride[2])
                    taps.append(Tap(element: taps.count, depth: d, remainder: at % stride, place: at / stride))
                }
            }
        }
        self.taps = taps
    }

    /// One filter for each class of inputs, those with equal (index + padding) modulo the stride.
    static func inputGradients(_ shape: ConvolutionShape) -> [DirectFilter] {
        let w = shape.window
        var filters: [DirectFilter] = []
        for d in 0..<w.stride[0] {
            for h in 0..<w.stride[1] {
                for x in 0..<w.stride[2] {
                    if let filter = DirectFilter(inputGradient: w, SIMD3(d, h, x)) { filters.append(filter) }
                }
            }
        }
        return filters
    }

    /// Of input i = s t + r − before, for the remainders r: output (t · s + r − k · dilation) / s for each element k of the
    /// kernel for which that is whole. nil where there is no such input.
    private init?(inputGradient w: WindowGeometry, _ remainders: SIMD3<Int>) {
        var first = SIMD3<Int>.zero
        var counts = SIMD3<Int>.zero
        var shifts: [[(element: Int, shift: Int)]] = []
        var lowest = SIMD3<Int>.zero
        var extra = SIMD3<Int>.zero
        for axis in 0..<3 {
            let (s, r) = (w.stride[axis], remainders[axis])
            let offset = w.before[axis] - r
            first[axis] = offset <= 0 ? -(-offset / s) : (offset + s - 1) / s
            let end = w.input[axis] - 1 + offset
            counts[axis] = end < 0 ? 0 : end / s + 1 - first[axis]
            let all = (0..<w.kernel[axis]).filter { (r - $0 * w.dilation[axis]) % s == 0 }
            shifts.append(all.map { ($0, (r - $0 * w.dilation[axis]) / s) })
            lowest[axis] = shifts[axis].map(\.shift).min() ?? 0
            extra[axis] = (shifts[axis].map(\.shift).max() ?? 0) - lowest[axis]
        }
        if counts.min() <= 0 { return nil }
        (source, positions, target) = (w.output, counts, w.input)
        (move, step) = (SIMD3(repeating: 1), SIMD3(repeating: 1))
        origin = first &+ lowest
        self.extra = extra &+ SIMD3(1, 0, 0)
        targetStep = w.stride
        targetOrigin = first &* w.stride &+ remainders &- w.before
        var taps: [Tap] = []
        for d in shifts[0] {
            for h in shifts[1] {
                for x in shifts[2] {
                    taps.append(
                        Tap(
                            element: (d.element * w.kernel[1] + h.element) * w.kernel[2] + x.element,
                            depth: d.shift - lowest[0], remainder: .zero,
                            place: SIMD2(h.shift - lowest[1], x.shift - lowest[2])))
                }
            }
        }
        self.taps = taps
    }

    // MARK: Boxes

    /// How the work is cut: panels of positions, and parts of the source's channels.
    struct Cut {
        let panels: [ct_panel]
        /// Source channels of one part.
        let channels: Int
        /// Elements of a channel of the box, its rows and their length, and elements of a line of the target's box.
        let plane: Int
        let rows: Int
        let width: Int
        let line: Int
        let offsets: [Int32]
    }

    /// - Parameters:
    ///   - units: how many panels there should be at least, where that is worth it.
    func cut(channels: Int, rows: Int, units: Int, elementSize: Int) -> Cut {
        // What a tile of a part sees stays in the first-level cache, a box in the second: 48 positions of 128 channels,
        // or of fewer where the taps of one channel see much the same.
        let parts = max((channels * taps.count + 767) / 768, (channels + 127) / 128)
        let part = max(1, (channels + parts - 1) / parts)
        let columns = positions[2] <= 1024 ? positions[2] : 512
        let width = columns + extra[2]
        let remainders = step[1] * step[2]
        let rowBytes = part * extra[0] * remainders * width * elementSize
        let outputBytes = rows * width * elementSize
        var height = max(1, min(positions[1], 1024 / width, 393_216 / rowBytes - extra[1], 196_608 / outputBytes))
        height = min(height, max(1, (positions[1] + units - 1) / units))
        let blocks = (positions[1] + height - 1) / height
        height = (positions[1] + blocks - 1) / blocks
        let boxRows = height + extra[1]
        let plane = withUnsafePointer(to: box(at: .zero, boxRows, width)) { Int(ct_band_count($0)) }
        var offsets: [Int32] = []
        offsets.reserveCapacity(part * taps.count)
        for channel in 0..<part {
            for tap in taps {
                let slice = (tap.depth * step[1] + tap.remainder[0]) * step[2] + tap.remainder[1]
                offsets.append(
                    Int32(channel * plane + (slice * boxRows + tap.place[0]) * width + tap.place[1]))
            }
        }
        return Cut(
            panels: Panels.cut(positions, rows: height, columns: columns), channels: part, plane: plane, rows: boxRows,
            width: width,
            line: (height * width + 15) & ~15, offsets: offsets)
    }

    private func box(of panel: ct_panel, _ cut: Cut) -> ct_band {
        box(at: SIMD3(panel.depth, panel.row, panel.column) &* move &+ origin, cut.rows, cut.width)
    }

    private func box(at first: SIMD3<Int>, _ rows: Int, _ width: Int) -> ct_band {
        ct_band(
            input: (source[0], source[1], source[2]), first: (first[0], first[1], first[2]),
            count: (extra[0], rows, width), step: (step[0], step[1], step[2]))
    }

    // MARK: Filtering

    /// Whether one row of chunks gives every core work: below, panels are made smaller.
    private func units(_ shape: ConvolutionShape) -> Int {
        shape.flops < 1_000_000 ? 1 : max(1, 8 / max(1, shape.batch * shape.groups))
    }

    func run<T: ConvolutionScalar>(
        _ shape: ConvolutionShape, channels: Int, rows: Int, _ x: UnsafePointer<T>, _ weight: UnsafePointer<T>,
        weightStrides: (group: Int, row: Int, depth: Int), _ bias: UnsafePointer<T>?, relu: Bool,
        _ y: UnsafeMutablePointer<T>
    ) {
        let cut = cut(channels: channels, rows: rows, units: units(shape), elementSize: MemoryLayout<T>.stride)
        let block = ct_direct_block()
        let paddedRows = (rows + block - 1) / block * block
        let packedCount = paddedRows * channels * taps.count
        let elements = taps.map { Int32($0.element) }
        let parts = Array(stride(from: 0, to: channels, by: cut.channels))
        let panelsOfPlane = cut.panels.count
        let flopsOfPanel = 2 * rows * channels * taps.count * cut.line
        let sourceCount = source[0] * source[1] * source[2]
        let targetCount = target[0] * target[1] * target[2]
        // Half of a large second- or third-level cache: what is written is not there any more when it is read.
        let streams = shape.batch * shape.groups * rows * targetCount * MemoryLayout<T>.stride > 16 << 20
        withScratch(T.self, count: shape.groups * packedCount) { packed in
            let blocks = paddedRows / block
            parallel(over: shape.groups * blocks, grain: max(1, 16_384 / (block * channels * taps.count))) { range in
                for index in range {
                    let (group, first) = (index / blocks, index % blocks * block)
                    let weight = weight + group * weightStrides.group + first * weightStrides.row
                    for part in parts {
                        let depth = min(cut.channels, channels - part)
                        T.directPack(
                            rows: min(block, rows - first), rowStride: weightStrides.row, depth: depth,
                            depthStride: weightStrides.depth, taps: elements, weight + part * weightStrides.depth,
                            packed + group * packedCount + (part * paddedRows + first * depth) * taps.count)
                    }
                }
            }
            let grain = max(1, 400_000 / max(1, flopsOfPanel))
            parallel(over: shape.batch * shape.groups * panelsOfPlane, grain: grain) { range in
                let boxCount = (cut.channels * cut.plane + Int(CT_BAND_SLACK) + 15) & ~15
                withScratch(T.self, count: boxCount + paddedRows * cut.line + 16) { box in
                    let output = box + boxCount
                    for index in range {
                        let (plane, panel) = (index / panelsOfPlane, cut.panels[index % panelsOfPlane])
                        let group = plane % shape.groups
                        let vectors = ((panel.rows - 1) * cut.width + panel.columns + 15) / 16
                        let at = SIMD3(panel.depth, panel.row, panel.column) &* targetStep &+ targetOrigin
                        let y = y + plane * rows * targetCount + (at[0] * target[1] + at[1]) * target[2] + at[2]
                        for part in parts {
                            let depth = min(cut.channels, channels - part)
                            T.band(
                                self.box(of: panel, cut), channels: depth, x + (plane * channels + part) * sourceCount, box)
                            T.directMultiply(
                                rows: rows, taps: depth * taps.count, offsets: cut.offsets, box, vectors: vectors,
                                packed + group * packedCount + part * paddedRows * taps.count, accumulate: part > 0,
                                output, line: cut.line)
                        }
                        T.directStore(
                            rows: rows, height: panel.rows, columns: panel.columns, output, line: cut.line,
                            width: cut.width, bias: bias.map { $0 + group * rows }, relu: relu, streams: streams, y,
                            plane: targetCount,
                            pitch: target[2] * targetStep[1], step: targetStep[2])
                    }
                }
            }
        }
    }

    func weightGradient<T: ConvolutionScalar>(
        _ shape: ConvolutionShape, _ x: UnsafePointer<T>, _ dy: UnsafePointer<T>, _ dw: UnsafeMutablePointer<T>
    ) {
        let (channels, rows, patch) = (shape.groupInputs, shape.groupOutputs, shape.patchCount)
        let cut = cut(channels: channels, rows: 32, units: units(shape), elementSize: MemoryLayout<T>.stride)
        let size = shape.outputChannels * patch
        let units = shape.batch * cut.panels.count
        let isSmall = shape.flops < 1_000_000
        // Sums over parts of the batch are kept apart while that is cheap; the rest is cut along output channels.
        let sums = isSmall ? 1 : min(units, max(1, min(8, (1 << 19) / max(1, size))))
        let share = (units + sums - 1) / sums
        let most = isSmall ? 1 : max(1, 8 / (sums * shape.groups))
        let block = min(32, max(4, ((rows + most - 1) / most + 3) & ~3))
        let blocks = (rows + block - 1) / block
        let (inputCount, outputCount) = (shape.window.inputCount, shape.window.outputCount)
        withScratch(T.self, count: sums * size) { partial in
            parallel(chunks: sums * shape.groups * blocks) { chunk in
                let (sum, group) = (chunk / (shape.groups * blocks), chunk / blocks % shape.groups)
                let first = chunk % blocks * block
                let count = min(block, rows - first)
                let target = partial + sum * size + (group * rows + first) * patch
                target.update(repeating: 0, count: count * patch)
                let boxCount = (cut.channels * cut.plane + Int(CT_BAND_SLACK) + 15) & ~15
                withScratch(T.self, count: boxCount + count * cut.line) { box in
                    let cotangent = box + boxCount
                    for unit in sum * share..<max(sum * share, min((sum + 1) * share, units)) {
                        let (image, panel) = (unit / cut.panels.count, cut.panels[unit % cut.panels.count])
                        let plane = image * shape.groups + group
                        let length = (panel.rows - 1) * cut.width + panel.columns
                        let place = (panel.depth * positions[1] + panel.row) * positions[2] + panel.column
                        T.directLoad(
                            rows: count, height: panel.rows, columns: panel.columns,
                            dy + (plane * rows + first) * outputCount + place, plane: outputCount,
                            pitch: positions[2], cotangent, line: cut.line, width: cut.width)
                        for part in stride(from: 0, to: channels, by: cut.channels) {
                            let depth = min(cut.channels, channels - part)
                            T.band(
                                self.box(of: panel, cut), channels: depth, x + (plane * channels + part) * inputCount, box)
                            T.directCorrelate(
                                rows: count, taps: depth * taps.count, offsets: cut.offsets, box,
                                vectors: (length + 15) / 16, cotangent, line: cut.line, target + part * taps.count,
                                stride: patch)
                        }
                    }
                }
            }
            addParts(partial, sums, size, into: dw)
        }
    }
}
