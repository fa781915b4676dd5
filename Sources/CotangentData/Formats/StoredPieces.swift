import CotangentBLAS
import CotangentTensor

/// A file as it will be written, piece by piece, so that it need not be in memory all at once.
protocol FilePieces {
    func forEachPiece<E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> Void) throws(E)
}

extension FilePieces {
    func write(to path: String) throws(FormatError) {
        do {
            try CotangentData.write(to: path) { (file) throws(FileProblem) in
                try forEachPiece { (piece) throws(FileProblem) in try file.write(piece) }
            }
        } catch { throw FormatError(.unwritableFile, file: path, error.message) }
    }

    /// All of it.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        forEachPiece { bytes.append(contentsOf: $0) }
        return bytes
    }
}

extension [UInt8] {
    /// `withUnsafeBytes` does not keep the type of what its closure throws.
    func withBytes<E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> Void) throws(E) {
        try withUnsafeBufferPointer { (bytes) throws(E) in try body(UnsafeRawBufferPointer(bytes)) }
    }
}

extension Tensor {
    /// Calls `body` with the elements' bytes as a little-endian file has them, in row-major order: all at once where
    /// they are so in memory, in pieces otherwise.
    func forEachPiece<E: Error>(
        storedAs type: StoredDType, _ body: (UnsafeRawBufferPointer) throws(E) -> Void
    ) throws(E) {
        let source = contiguous
        if count == 0 { return }
        defer { withExtendedLifetime(source) {} }
        guard let loop = Self.encoding(from: dtype, to: type) else {
            return try body(UnsafeRawBufferPointer(start: source.rawPointer, count: count * dtype.size))
        }
        let block = min(count, 1 << 18)
        var bytes = [UInt8](repeating: 0, count: block * type.size)
        for start in stride(from: 0, to: count, by: block) {
            let part = min(block, count - start)
            let from = source.rawPointer + start * dtype.size
            bytes.withUnsafeMutableBytes { bytes in
                let to = bytes.baseAddress!
                parallel(over: part) {
                    loop($0.count, from + $0.lowerBound * dtype.size, to + $0.lowerBound * type.size)
                }
            }
            try bytes.withBytes { (bytes) throws(E) in
                try body(UnsafeRawBufferPointer(rebasing: bytes[..<(part * type.size)]))
            }
        }
    }

    /// The loop that writes elements otherwise than memory has them; nil where that is the same.
    private static func encoding(from dtype: DType, to type: StoredDType) -> UnaryLoop? {
        switch type {
        case .float16: return StoredElements.toFloat16
        case .bfloat16: return StoredElements.toBFloat16
        default:
            if !isBigEndianMachine || dtype.size == 1 { return nil }
            return dtype.size == 4 ? StoredElements.swapped32 : StoredElements.swapped64
        }
    }
}
