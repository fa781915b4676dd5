/// The part of a file that has been read and not yet used, in one piece of memory.
final class ByteWindow {
    private enum Source {
        case file(InputFile)
        case bytes([UInt8], position: Int)
    }

    /// How much is read at a time; more where a record is longer.
    private static let blockSize = 1 << 18

    private var source: Source
    private var memory: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// The bytes to use; whoever uses them moves `start` on.
    private(set) var start: UnsafePointer<UInt8>
    private(set) var end: UnsafePointer<UInt8>
    /// Whether no bytes follow `end`.
    private(set) var isLast = false

    /// A file's bytes.
    convenience init(path: String) throws(FileProblem) { self.init(.file(try InputFile(path)), Self.blockSize) }

    /// Bytes that are there.
    convenience init(_ bytes: [UInt8]) {
        self.init(.bytes(bytes, position: 0), min(bytes.count + 1, Self.blockSize))
    }

    private init(_ source: Source, _ capacity: Int) {
        self.source = source
        self.capacity = capacity
        memory = .allocate(capacity: capacity)
        start = UnsafePointer(memory)
        end = start
    }

    deinit { memory.deallocate() }

    /// How many bytes there are in all, where that is known.
    var size: Int? { if case .bytes(let bytes, _) = source { bytes.count } else { nil } }

    func use(upTo place: UnsafePointer<UInt8>) { start = place }

    /// Reads on. The bytes that are not used yet move: pointers to them are void.
    func readMore() throws(FileProblem) {
        let rest = end - start
        if rest == capacity {
            let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * capacity)
            larger.update(from: start, count: rest)
            memory.deallocate()
            memory = larger
            capacity *= 2
        } else if start > memory {
            memory.update(from: start, count: rest)
        }
        let count = try read(capacity - rest, into: memory + rest)
        isLast = count == 0
        start = UnsafePointer(memory)
        end = start + rest + count
    }

    private func read(_ count: Int, into target: UnsafeMutablePointer<UInt8>) throws(FileProblem) -> Int {
        switch source {
        case .file(let file): return try file.read(count, into: target)
        case .bytes(let bytes, let position):
            let count = min(count, bytes.count - position)
            bytes.withUnsafeBufferPointer { bytes in
                if count > 0 { target.update(from: bytes.baseAddress! + position, count: count) }
            }
            source = .bytes(bytes, position: position + count)
            return count
        }
    }

    /// Goes back to the first byte. False where the file cannot be read again.
    func rewind() -> Bool {
        switch source {
        case .file(let file): if !file.rewind() { return false }
        case .bytes(let bytes, _): source = .bytes(bytes, position: 0)
        }
        (start, end, isLast) = (UnsafePointer(memory), UnsafePointer(memory), false)
        return true
    }
}
