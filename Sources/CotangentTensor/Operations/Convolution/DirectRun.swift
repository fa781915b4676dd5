import CCotangentKernels
import CotangentBLAS

extension DirectFilter {
    func box(at first: SIMD3<Int>, _ rows: Int, _ width: Int) -> ct_band {
        ct_band(
            input: (source[0], source[1], source[2]), first: (first[0], first[1], first[2]),
            count: (extra[0], rows, width), step: (step[0], step[1], step[2]),
            remainders: (remainders[0], remainders[1]))
    }

    /// Panels a plane that give every core work where planes are few.
    private func units(_ shape: ConvolutionShape) -> Int {
        shape.flops < 1_000_000 ? 1 : max(1, 8 / max(1, shape.batch * shape.groups))
    }

    /// The target's planes from the source's.
    ///
    /// - Parameters:
    ///   - channels: of a group of the source.
    ///   - rows: channels of a group of the target.
    ///   - weightStrides: elements from one group, one row, one channel of the source to the next.
    func run<T: ConvolutionScalar>(
        _ shape: ConvolutionShape, channels: Int, rows: Int, _ x: UnsafePointer<T>, _ weight: UnsafePointer<T>,
        weightStrides: (group: Int, row: Int, depth: Int), _ bias: UnsafePointer<T>?, relu: Bool,
        _ y: UnsafeMutablePointer<T>
    ) {
        let size = MemoryLayout<T>.stride
        // What a tile of a part sees stays in the first-level cache: 48 positions of 128 channels, or of fewer where
        // the taps of one channel see much the same.
        let partCount = max((channels * taps.count + 1023) / 1024, (channels + 127) / 128)
        // A pointwise kernel for few rows passes over the source so rarely that copying it does not pay.
        let isInPlace =
            shape.isPointwise && shape.window.rank == 1 && rows <= 64 && positions[2] >= 16
            && channels * positions[2] < Int(Int32.max)
        let cut = DirectCut(
            self, channels: channels, parts: partCount, boxBytes: 393_216,
            positions: max(256, min(1024, 196_608 / (rows * size))), units: units(shape), elementSize: size,
            inPlace: isInPlace)
        let block = ct_direct_block()
        let paddedRows = (rows + block - 1) / block * block
        let packedCount = paddedRows * channels * taps.count
        let elements = taps.map { Int32($0.element) }
        let parts = Array(stride(from: 0, to: channels, by: cut.channels))
        let sourceCount = source[0] * source[1] * source[2]
        let targetCount = target[0] * target[1] * target[2]
        // Rows of whole vectors go from registers to their place, others, and what is added up from parts, by way of
        // memory that stays in cache.
        let isStraight = cut.isByRow && targetStep[2] == 1 && parts.count == 1
        let line = isStraight ? targetCount : cut.mostVectors * 16
        let streams = isStraight && shape.batch * shape.groups * rows * targetCount * size > 16 << 20
        withScratch(T.self, count: shape.groups * packedCount) { packed in
            pack(shape, cut, parts, rows: rows, channels: channels, elements, weight, weightStrides, packed)
            let perPlane = cut.panels.count
            let grain = max(1, 400_000 / max(1, 2 * rows * channels * taps.count * cut.mostVectors * 16))
            parallel(over: shape.batch * shape.groups * perPlane, grain: grain) { range in
                let boxCount = cut.isInPlace ? 0 : cut.boxCount
                let outputCount = isStraight ? 0 : paddedRows * line + 16
                withScratch(T.self, count: boxCount + outputCount + 2 * cut.mostVectors) { box in
                    let output = box + boxCount
                    let places = UnsafeMutableRawPointer(output + outputCount).assumingMemoryBound(to: Int32.self)
                    let targets = places + cut.mostVectors
                    for index in range {
                        let (plane, panel) = (index / perPlane, cut.panels[index % perPlane])
                        let group = plane % shape.groups
                        let at = SIMD3(panel.depth, panel.row, panel.column) &* targetStep &+ targetOrigin
                        let y = y + plane * rows * targetCount + (at[0] * target[1] + at[1]) * target[2] + at[2]
                        let bias = bias.map { $0 + group * rows }
                        let pitch = target[2] * targetStep[1]
                        cut.writePlaces(of: panel, overlapping: isStraight, pitch: cut.width, places)
                        cut.writePlaces(
                            of: panel, overlapping: isStraight,
                            pitch: isStraight ? pitch : (panel.columns + 15) / 16 * 16, targets)
                        for part in parts {
                            let depth = min(cut.channels, channels - part)
                            let source = x + (plane * channels + part) * sourceCount
                            if !cut.isInPlace { T.band(cut.box(of: panel), channels: depth, source, box) }
                            cut.offsets.withUnsafeBufferPointer { offsets in
                                let product = ct_direct(
                                    rows: rows, taps: depth * taps.count, vectors: cut.vectors(of: panel),
                                    offsets: offsets.baseAddress, places: places, targets: targets, line: line,
                                    accumulate: part > 0 ? 1 : 0, relu: isStraight && relu ? 1 : 0,
                                    streams: streams ? 1 : 0)
                                T.directMultiply(
                                    product, cut.isInPlace ? source + panel.column : UnsafePointer(box),
                                    packed + group * packedCount + part * paddedRows * taps.count,
                                    isStraight ? bias : nil, isStraight ? y : output)
                            }
                        }
                        if !isStraight {
                            T.directStore(
                                rows: rows, height: panel.rows, columns: panel.columns, output, line: line,
                                width: cut.isByRow ? (panel.columns + 15) / 16 * 16 : cut.width, bias: bias,
                                relu: relu, y, plane: targetCount, pitch: pitch, step: targetStep[2])
                        }
                    }
                }
            }
        }
    }

    /// The weights of each part of the channels, in blocks of rows.
    private func pack<T: ConvolutionScalar>(
        _ shape: ConvolutionShape, _ cut: DirectCut, _ parts: [Int], rows: Int, channels: Int, _ elements: [Int32],
        _ weight: UnsafePointer<T>, _ strides: (group: Int, row: Int, depth: Int), _ packed: UnsafeMutablePointer<T>
    ) {
        let block = ct_direct_block()
        let blocks = (rows + block - 1) / block
        let packedCount = blocks * block * channels * elements.count
        parallel(over: shape.groups * blocks, grain: max(1, 16_384 / (block * channels * elements.count))) { range in
            for index in range {
                let (group, first) = (index / blocks, index % blocks * block)
                let weight = weight + group * strides.group + first * strides.row
                for part in parts {
                    let depth = min(cut.channels, channels - part)
                    T.directPack(
                        rows: min(block, rows - first), rowStride: strides.row, depth: depth,
                        depthStride: strides.depth, taps: elements, weight + part * strides.depth,
                        packed + group * packedCount + (part * blocks * block + first * depth) * elements.count)
                }
            }
        }
    }

    func weightGradient<T: ConvolutionScalar>(
        _ shape: ConvolutionShape, _ x: UnsafePointer<T>, _ dy: UnsafePointer<T>, _ dw: UnsafeMutablePointer<T>
    ) {
        let (channels, rows, patch) = (shape.groupInputs, shape.groupOutputs, shape.patchCount)
        let size = shape.outputChannels * patch
        // Long runs of positions, so that few sums of lanes are taken; of channels as many as leave the box in cache.
        let length = min(2048, max(16, shape.window.outputCount))
        let partCount = max(1, min(channels, channels * length * MemoryLayout<T>.stride / 262_144))
        let cut = DirectCut(
            self, channels: channels, parts: partCount, boxBytes: 524_288, positions: 2048, units: units(shape),
            elementSize: MemoryLayout<T>.stride)
        let line = cut.mostVectors * 16
        let units = shape.batch * cut.panels.count
        let isSmall = shape.flops < 1_000_000
        // Sums over parts of the batch are kept apart while that is cheap; the rest is cut along output channels.
        let sums = isSmall ? 1 : min(units, max(1, min(8, (1 << 19) / max(1, size))))
        let share = (units + sums - 1) / sums
        let most = isSmall ? 1 : max(1, 8 / (sums * shape.groups))
        let fitting = max(4, (1 << 20) / (line * MemoryLayout<T>.stride) & ~3)
        let block = min(fitting, max(4, ((rows + most - 1) / most + 3) & ~3))
        let blocks = (rows + block - 1) / block
        let (inputCount, outputCount) = (shape.window.inputCount, shape.window.outputCount)
        withScratch(T.self, count: sums * size) { partial in
            parallel(chunks: sums * shape.groups * blocks) { chunk in
                let (sum, group) = (chunk / (shape.groups * blocks), chunk / blocks % shape.groups)
                let first = chunk % blocks * block
                let count = min(block, rows - first)
                let target = partial + sum * size + (group * rows + first) * patch
                target.update(repeating: 0, count: count * patch)
                withScratch(T.self, count: cut.boxCount + count * line + cut.mostVectors) { box in
                    let cotangent = box + cut.boxCount
                    let places = UnsafeMutableRawPointer(cotangent + count * line).assumingMemoryBound(to: Int32.self)
                    for unit in sum * share..<max(sum * share, min((sum + 1) * share, units)) {
                        let (image, panel) = (unit / cut.panels.count, cut.panels[unit % cut.panels.count])
                        let plane = image * shape.groups + group
                        let place = (panel.depth * positions[1] + panel.row) * positions[2] + panel.column
                        cut.writePlaces(of: panel, overlapping: false, pitch: cut.width, places)
                        T.directLoad(
                            rows: count, height: panel.rows, columns: panel.columns,
                            dy + (plane * rows + first) * outputCount + place, plane: outputCount,
                            pitch: positions[2], cotangent, line: line,
                            width: cut.isByRow ? (panel.columns + 15) / 16 * 16 : cut.width)
                        for part in stride(from: 0, to: channels, by: cut.channels) {
                            let depth = min(cut.channels, channels - part)
                            T.band(cut.box(of: panel), channels: depth, x + (plane * channels + part) * inputCount, box)
                            cut.offsets.withUnsafeBufferPointer { offsets in
                                let product = ct_direct(
                                    rows: count, taps: depth * taps.count, vectors: cut.vectors(of: panel),
                                    offsets: offsets.baseAddress, places: places, targets: nil, line: line,
                                    accumulate: 1, relu: 0, streams: 0)
                                T.directCorrelate(
                                    product, box, cotangent, target + part * taps.count, stride: patch)
                            }
                        }
                    }
                }
            }
            addParts(partial, sums, size, into: dw)
        }
    }
}
