import CotangentBLAS
import CotangentTensor

/// An array in a file: where its elements stand, and how. Nothing is read until a tensor is asked for.
struct StoredArray: Sendable {
    let file: MappedFile
    /// The first element's place, in bytes.
    let start: Int
    let type: StoredDType
    let shape: Shape
    var isBigEndian = false
    /// Column-major: the first index runs fastest.
    var isFortran = false

    /// The bytes of an array; nil where they, or the elements but for axes of length 0, are more than an Int counts.
    static func byteCount(_ shape: [Int], _ type: StoredDType) -> Int? {
        var count = type.size
        var isEmpty = false
        for length in shape {
            if length == 0 {
                isEmpty = true
                continue
            }
            let (product, overflow) = count.multipliedReportingOverflow(by: length)
            if overflow { return nil }
            count = product
        }
        return isEmpty ? 0 : count
    }

    /// More axes than NumPy allows would serve attacks alone.
    static let largestRank = 64

    /// The elements of one row, which is what an index of the first axis names.
    private var rowCount: Int { shape[0] == 0 ? 0 : shape.elementCount / shape[0] }

    /// The whole array. Without a copy where the elements are a tensor's own, and at addresses that are multiples of
    /// their size: the tensor then holds on to the file's memory.
    func tensor(as dtype: DType? = nil, isUnit: Bool = false) throws(FormatError) -> Tensor {
        let dtype = dtype ?? type.dtype
        let stored = isFortran ? Shape(shape.reversed()) : shape
        let count = shape.elementCount
        var result: Tensor
        if let shared = shared(stored, dtype) {
            result = shared
        } else {
            result = Tensor(uninitialized: stored, decoded(to: dtype))
            if !result.isAbstract, count > 0 {
                let steps = Steps(self, to: result.dtype, isUnit: isUnit)
                let (source, target) = (address(ofElement: 0), result.rawPointer)
                parallel(over: count) { part in
                    steps.run(
                        part.count, source + part.lowerBound * type.size,
                        target + part.lowerBound * result.dtype.size)
                }
            }
            try check(result, from: 0)
            result = result.cast(to: dtype)
        }
        return isFortran && shape.rank > 1 ? result.permuted((0..<shape.rank).reversed()) : result
    }

    /// Rows of the first axis, in a row of their own: only these are read.
    func rows(_ range: Range<Int>, as dtype: DType? = nil, isUnit: Bool = false) throws(FormatError) -> Tensor {
        requireRows(range.lowerBound, range.upperBound - 1, range.isEmpty)
        if isFortran { return try rows(Array(range), as: dtype, isUnit: isUnit) }
        var dimensions = shape.dimensions
        dimensions[0] = range.count
        let part = StoredArray(
            file: file, start: start + range.lowerBound * rowCount * type.size, type: type, shape: Shape(dimensions),
            isBigEndian: isBigEndian)
        return try part.tensor(as: dtype, isUnit: isUnit)
    }

    /// The rows of the first axis that `indices` name, in their order.
    func rows(_ indices: [Int], as dtype: DType? = nil, isUnit: Bool = false) throws(FormatError) -> Tensor {
        requireRows(indices.min() ?? 0, indices.max() ?? 0, indices.isEmpty)
        let dtype = dtype ?? type.dtype
        var dimensions = shape.dimensions
        dimensions[0] = indices.count
        if isFortran { dimensions.reverse() }
        let result = Tensor(uninitialized: Shape(dimensions), decoded(to: dtype))
        if !result.isAbstract, result.count > 0 {
            let steps = Steps(self, to: result.dtype, isUnit: isUnit)
            if isFortran { gather(indices, steps, result) } else { copy(indices, steps, result) }
        }
        try check(result, from: nil)
        let converted = result.cast(to: dtype)
        return isFortran && shape.rank > 1 ? converted.permuted((0..<shape.rank).reversed()) : converted
    }

    private func copy(_ indices: [Int], _ steps: Steps, _ result: Tensor) {
        let (count, target, size) = (rowCount, result.rawPointer, result.dtype.size)
        parallel(over: indices.count, grain: max(1, elementwiseGrain / max(count, 1))) { part in
            for place in part {
                steps.run(count, address(ofElement: indices[place] * count), target + place * count * size)
            }
        }
    }

    /// Column-major, a row's elements stand apart: those of one column are picked together.
    private func gather(_ indices: [Int], _ steps: Steps, _ result: Tensor) {
        let (rows, target, size) = (shape[0], result.rawPointer, result.dtype.size)
        parallel(over: rowCount, grain: max(1, elementwiseGrain / indices.count)) { part in
            withScratch(UInt8.self, count: indices.count * type.size) { picked in
                for column in part {
                    for (place, index) in indices.enumerated() {
                        UnsafeMutableRawPointer(picked + place * type.size).copyMemory(
                            from: address(ofElement: column * rows + index), byteCount: type.size)
                    }
                    steps.run(indices.count, picked, target + column * indices.count * size)
                }
            }
        }
    }

    private func address(ofElement index: Int) -> UnsafeRawPointer {
        file.bytes.baseAddress! + start + index * type.size
    }

    /// What loops write: of a uint64 the int64 of the same bits, so that one that is too large is seen.
    private func decoded(to dtype: DType) -> DType { type == .uint64 ? .int64 : dtype }

    private func shared(_ shape: Shape, _ dtype: DType) -> Tensor? {
        guard type == StoredDType(dtype), type != .bool, shape.elementCount > 0, isBigEndian == isBigEndianMachine,
            !AbstractRun.isActive
        else { return nil }
        let address = address(ofElement: 0)
        guard UInt(bitPattern: address) % UInt(type.size) == 0 else { return nil }
        let release: @Sendable () -> Void = { [file] in withExtendedLifetime(file) {} }
        switch dtype {
        case .float32:
            return Tensor(sharing: address.assumingMemoryBound(to: Float.self), shape: shape, release: release)
        case .float64:
            return Tensor(sharing: address.assumingMemoryBound(to: Double.self), shape: shape, release: release)
        case .int64: return Tensor(sharing: address.assumingMemoryBound(to: Int64.self), shape: shape, release: release)
        case .bool: return nil
        }
    }

    private func check(_ result: Tensor, from element: Int?) throws(FormatError) {
        guard type == .uint64, !result.isAbstract else { return }
        let values = UnsafeBufferPointer(
            start: UnsafePointer(result.rawPointer.assumingMemoryBound(to: Int64.self)), count: result.count)
        guard let place = withExtendedLifetime(result, { values.firstIndex { $0 < 0 } }) else { return }
        throw FormatError(
            .value, file: file.name, offset: element.map { start + ($0 + place) * type.size },
            "the number \(UInt64(bitPattern: values[place])) is more than int64 holds: store it as another type")
    }

    private func requireRows(_ first: Int, _ last: Int, _ isEmpty: Bool) {
        guard shape.rank > 0 else { fail("rows", "the array is a scalar and has no rows") }
        guard isEmpty || first >= 0 && last < shape[0] else {
            fail("rows", "\(first) to \(last) are asked for, and the array \(shape) has rows 0..<\(shape[0])")
        }
    }
}

/// The loops that turn a file's elements into a tensor's, one after the other over blocks that stay in the first-level
/// cache.
private struct Steps {
    private var loops: [UnaryLoop] = []
    private let size: Int
    private let resultSize: Int

    init(_ array: StoredArray, to dtype: DType, isUnit: Bool) {
        let type = array.type
        size = type.size
        resultSize = dtype.size
        let isSwapped = array.isBigEndian != isBigEndianMachine
        if isSwapped {
            switch type.size {
            case 2: loops.append(StoredElements.swapped16)
            case 4: loops.append(StoredElements.swapped32)
            case 8: loops.append(StoredElements.swapped64)
            default: break
            }
        }
        var own = type.dtype
        switch type {
        case .float32: if !isSwapped { loops.append(StoredElements.same32) }
        case .float64, .int64, .uint64: if !isSwapped { loops.append(StoredElements.same64) }
        case .float16: loops.append(StoredElements.float16)
        case .bfloat16: loops.append(StoredElements.bfloat16)
        case .float8E4M3: loops.append(StoredElements.float8E4M3)
        case .float8E5M2: loops.append(StoredElements.float8E5M2)
        case .int32: loops.append(StoredElements.int32)
        case .int16: loops.append(StoredElements.int16)
        case .int8: loops.append(StoredElements.int8)
        case .uint32: loops.append(StoredElements.uint32)
        case .uint16: loops.append(StoredElements.uint16)
        case .uint8:
            own = dtype
            switch dtype {
            case .float32: loops.append(isUnit ? StoredElements.unitByteToFloat : StoredElements.byteToFloat)
            case .float64: loops.append(isUnit ? StoredElements.unitByteToDouble : StoredElements.byteToDouble)
            case .int64: loops.append(StoredElements.uint8)
            case .bool: loops.append(StoredElements.truth)
            }
        case .bool: loops.append(StoredElements.truth)
        }
        if own != dtype { loops.append(Casts.loop(from: Int(own.rawValue), to: Int(dtype.rawValue))) }
    }

    func run(_ count: Int, _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer) {
        if loops.count == 1 { return loops[0](count, source, target) }
        let block = 2048
        withScratch(UInt64.self, count: 2 * block) { scratch in
            for start in stride(from: 0, to: count, by: block) {
                let count = min(block, count - start)
                var from = source + start * size
                for (place, loop) in loops.enumerated() {
                    let to =
                        place == loops.count - 1
                        ? target + start * resultSize : UnsafeMutableRawPointer(scratch + place % 2 * block)
                    loop(count, from, to)
                    from = UnsafeRawPointer(to)
                }
            }
        }
    }
}

let isBigEndianMachine = 1.bigEndian == 1
