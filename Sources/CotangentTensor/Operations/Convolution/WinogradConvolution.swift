import CCotangentKernels
import CotangentBLAS

/// Winograd's minimal filtering F(m×m, 3×3) for m = 2 or 4: transforms of windows, one product of matrices for each of
/// the (m + 2)² elements of a transform, and the transforms back. See winograd.c for the algorithm and its error.
///
/// In what follows C and K are a group's input and output channels and P the tiles of a block; matrices have their
/// channels' lines rounded up to whole vectors.
struct WinogradConvolution: ConvolutionEngine {
    let m: Int

    static func serves(_ shape: ConvolutionShape) -> Bool {
        let w = shape.window
        let ones = SIMD3<Int>(repeating: 1)
        return w.kernel == SIMD3(1, 3, 3) && w.stride == ones && w.dilation == ones && w.input[0] == 1
            && w.before[0] == 0 && w.after[0] == 0 && w.before.max() <= 2 && w.after.max() <= 2
            // A band of m + 2 ≤ 6 rows has its places as Int32.
            && max(w.input[2], w.output[2]) <= 1 << 28
    }

    private var elements: Int { (m + 2) * (m + 2) }

    func forward<T: ConvolutionScalar>(
        _ shape: ConvolutionShape, _ x: UnsafePointer<T>, _ weight: UnsafePointer<T>, _ bias: UnsafePointer<T>?,
        relu: Bool, _ y: UnsafeMutablePointer<T>
    ) {
        let (inputs, outputs) = (shape.groupInputs, shape.groupOutputs)
        let window = shape.window
        for group in 0..<shape.groups {
            let weight = weight + group * outputs * inputs * 9
            filter(
                Planes(x + group * inputs * window.inputCount, inputs, of: shape.inputChannels, window.input),
                Planes(y + group * outputs * window.outputCount, outputs, of: shape.outputChannels, window.output),
                batch: shape.batch, top: window.before[1], left: window.before[2],
                bias: bias.map { $0 + group * outputs }, relu: relu
            ) { T.winogradWeight(m, inputs, outputs, $0, weight, $1, plane: $2, line: $3) }
        }
    }

    func inputGradient<T: ConvolutionScalar>(
        _ shape: ConvolutionShape, _ dy: UnsafePointer<T>, _ weight: UnsafePointer<T>, _ dx: UnsafeMutablePointer<T>
    ) {
        let (inputs, outputs) = (shape.groupInputs, shape.groupOutputs)
        let window = shape.window
        for group in 0..<shape.groups {
            let weight = weight + group * outputs * inputs * 9
            // The convolution of dy with the kernels turned by 180° and as much padding as makes the sizes meet.
            filter(
                Planes(dy + group * outputs * window.outputCount, outputs, of: shape.outputChannels, window.output),
                Planes(dx + group * inputs * window.inputCount, inputs, of: shape.inputChannels, window.input),
                batch: shape.batch, top: 2 - window.before[1], left: 2 - window.before[2], bias: nil, relu: false
            ) { T.winogradTurnedWeight(m, inputs, outputs, $0, weight, $1, plane: $2, line: $3) }
        }
    }

    /// Channels of images that lie `stride` elements apart.
    private struct Planes<Pointer> {
        let start: Pointer
        let channels: Int
        let stride: Int
        let height: Int
        let width: Int

        init(_ start: Pointer, _ channels: Int, of all: Int, _ lengths: SIMD3<Int>) {
            self.start = start
            self.channels = channels
            stride = all * lengths[1] * lengths[2]
            height = lengths[1]
            width = lengths[2]
        }
    }

    private func filter<T: ConvolutionScalar>(
        _ x: Planes<UnsafePointer<T>>, _ y: Planes<UnsafeMutablePointer<T>>, batch: Int, top: Int, left: Int,
        bias: UnsafePointer<T>?, relu: Bool,
        _ transformWeights: (Range<Int>, UnsafeMutablePointer<T>, _ plane: Int, _ line: Int) -> Void
    ) {
        let (lineX, lineY) = (wholeVectors(x.channels), wholeVectors(y.channels))
        let tiles = Tiles(m, height: y.height, width: y.width, images: batch)
        let rows = tiles.rows(fitting: 1 << 20, each: elements * (lineX + lineY) * MemoryLayout<T>.stride)
        let source = ct_winograd(
            m: m, channels: x.channels, height: x.height, width: x.width, top: top, left: left,
            tile_columns: tiles.columns)
        let target = ct_winograd(
            m: m, channels: y.channels, height: y.height, width: y.width, top: 0, left: 0, tile_columns: tiles.columns)
        let planeU = plane(x.channels, lineY)
        let (planeX, planeY) = (plane(rows * tiles.columns, lineX), plane(rows * tiles.columns, lineY))
        withScratch(T.self, count: elements * planeU) { u in
            parallel(over: x.channels, grain: max(1, 8192 / lineY)) { transformWeights($0, u, planeU, lineY) }
            parallel(chunks: (tiles.count + rows - 1) / rows) { chunk in
                let block = chunk * rows..<min((chunk + 1) * rows, tiles.count)
                let bandRows = tiles.bandRows(m, T.self)
                let scratch = tiles.scratch(source, bandRows)
                withScratch(T.self, count: elements * (planeX + planeY) + scratch) { v in
                    let (products, scratch) = (v + elements * planeX, v + elements * (planeX + planeY))
                    tiles.eachBand(of: block, bandRows) { image, row, count, place in
                        T.winogradInput(
                            source, row, count, x.start + image * x.stride, scratch: scratch,
                            v + place * tiles.columns * lineX, plane: planeX, line: lineX)
                    }
                    for e in 0..<elements {
                        // [P, K] = [P, C] · [C, K]
                        T.product(
                            .no, .no, block.count * tiles.columns, y.channels, x.channels, v + e * planeX, lineX,
                            u + e * planeU, lineY, beta: 0, products + e * planeY, lineY, bias: nil, relu: false)
                    }
                    tiles.eachBand(of: block, bandRows) { image, row, count, place in
                        T.winogradOutput(
                            target, row, count, products + place * tiles.columns * lineY, plane: planeY, line: lineY,
                            bias, relu: relu, scratch: scratch, y.start + image * y.stride)
                    }
                }
            }
        }
    }

    func weightGradient<T: ConvolutionScalar>(
        _ shape: ConvolutionShape, _ x: UnsafePointer<T>, _ dy: UnsafePointer<T>, _ dw: UnsafeMutablePointer<T>
    ) {
        let (inputs, outputs) = (shape.groupInputs, shape.groupOutputs)
        let window = shape.window
        let (lineX, lineY) = (wholeVectors(inputs), wholeVectors(outputs))
        let tiles = Tiles(m, height: window.output[1], width: window.output[2], images: shape.batch)
        let rows = tiles.rows(fitting: 8 << 20, each: elements * (lineX + lineY) * MemoryLayout<T>.stride)
        let source = ct_winograd(
            m: m, channels: inputs, height: window.input[1], width: window.input[2], top: window.before[1],
            left: window.before[2], tile_columns: tiles.columns)
        let cotangent = ct_winograd(
            m: m, channels: outputs, height: window.output[1], width: window.output[2], top: 0, left: 0,
            tile_columns: tiles.columns)
        let planeU = plane(inputs, lineY)
        let (planeX, planeY) = (plane(rows * tiles.columns, lineX), plane(rows * tiles.columns, lineY))
        let bandRows = tiles.bandRows(m, T.self)
        withScratch(T.self, count: elements * (planeU + planeX + planeY)) { u in
            let (v, d) = (u + elements * planeU, u + elements * (planeU + planeX))
            for group in 0..<shape.groups {
                let x = x + group * inputs * window.inputCount
                let dy = dy + group * outputs * window.outputCount
                for first in stride(from: 0, to: tiles.count, by: rows) {
                    let block = first..<min(first + rows, tiles.count)
                    let bands = tiles.bands(of: block, bandRows)
                    parallel(chunks: 2 * bands.count) { chunk in
                        let (image, row, count, place) = bands[chunk / 2]
                        withScratch(T.self, count: tiles.scratch(source, bandRows)) { scratch in
                            if chunk % 2 == 0 {
                                T.winogradInput(
                                    source, row, count, x + image * shape.inputChannels * window.inputCount,
                                    scratch: scratch, v + place * tiles.columns * lineX, plane: planeX, line: lineX)
                            } else {
                                T.winogradCotangent(
                                    cotangent, row, count, dy + image * shape.outputChannels * window.outputCount,
                                    scratch: scratch, d + place * tiles.columns * lineY, plane: planeY, line: lineY)
                            }
                        }
                    }
                    parallel(chunks: elements) { e in
                        // [C, K] += [P, C]ᵀ · [P, K]
                        T.product(
                            .yes, .no, inputs, outputs, block.count * tiles.columns, v + e * planeX, lineX,
                            d + e * planeY, lineY, beta: first == 0 ? 0 : 1, u + e * planeU, lineY, bias: nil,
                            relu: false)
                    }
                }
                parallel(over: inputs, grain: max(1, 8192 / lineY)) {
                    T.winogradWeightGradient(
                        m, inputs, outputs, $0, u, plane: planeU, line: lineY, dw + group * outputs * inputs * 9)
                }
            }
        }
    }

    private func wholeVectors(_ channels: Int) -> Int {
        let lanes = Int(CT_WINOGRAD_LANES)
        return (channels + lanes - 1) / lanes * lanes
    }

    /// Elements from one matrix to the next: five cache lines more than the matrix. The elements of one tile are written
    /// side by side, and where their addresses agree but for whole pages and one line, that took four times as long.
    private func plane(_ lines: Int, _ line: Int) -> Int { lines * line + 5 * Int(CT_WINOGRAD_LANES) }
}

/// The rows of tiles of a batch of images, counted through.
private struct Tiles {
    let rowsOfImage: Int
    let columns: Int
    let count: Int

    init(_ m: Int, height: Int, width: Int, images: Int) {
        rowsOfImage = (height + m - 1) / m
        columns = (width + m - 1) / m
        count = images * rowsOfImage
    }

    /// As many rows as fit `bytes` when a tile takes `each`, but enough for products that are worth it, and not so many that
    /// there would be less than two blocks; blocks are about equal.
    func rows(fitting bytes: Int, each: Int) -> Int {
        let most = max((32 + columns - 1) / columns, bytes / each / columns)
        let blocks = max(min(2, count), (count + most - 1) / most)
        return (count + blocks - 1) / blocks
    }

    /// Rows for one call of a transform: its band stays in cache.
    func bandRows<T>(_ m: Int, _: T.Type) -> Int {
        let row = m * (m * columns + 2) * Int(CT_WINOGRAD_LANES) * MemoryLayout<T>.stride
        return max(1, 65_536 / row)
    }

    func scratch(_ w: ct_winograd, _ rows: Int) -> Int {
        withUnsafePointer(to: w) { ct_winograd_scratch($0, rows) }
    }

    func eachBand(
        of block: Range<Int>, _ rows: Int, _ body: (_ image: Int, _ row: Int, _ count: Int, _ place: Int) -> Void
    ) {
        var at = block.lowerBound
        while at < block.upperBound {
            let row = at % rowsOfImage
            let count = min(rows, rowsOfImage - row, block.upperBound - at)
            body(at / rowsOfImage, row, count, at - block.lowerBound)
            at += count
        }
    }

    func bands(of block: Range<Int>, _ rows: Int) -> [(image: Int, row: Int, count: Int, place: Int)] {
        var bands: [(image: Int, row: Int, count: Int, place: Int)] = []
        eachBand(of: block, rows) { bands.append(($0, $1, $2, $3)) }
        return bands
    }
}
