#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// A file's bytes in memory, to be read only: mapped, so that pages are read when they are touched and dropped when
/// memory is short, or read whole.
///
/// A mapping shows the file itself. Replacing it by another, as ``write(to:_:)`` does, or deleting it leaves the
/// mapping as it was; so this package never changes a file in place. Where another program cuts the file off while it
/// is mapped, the system ends this process with SIGBUS when it touches what is gone, and no check can prevent that:
/// files that others may change in place are to be read whole.
package final class MappedFile: @unchecked Sendable {
    /// There for as long as this object is.
    package let bytes: UnsafeRawBufferPointer
    /// The path, or the name that was given for bytes: for messages.
    package let name: String
    private let isMapped: Bool

    /// Maps a file; reads one that cannot be mapped, such as a pipe, and any where `isMapped` is false.
    package init(path: String, isMapped: Bool = true) throws(FileProblem) {
        name = path
        let file = open(path, O_RDONLY | O_CLOEXEC)
        if file < 0 { throw .unreadable(errno) }
        defer { close(file) }
        var status = stat()
        if fstat(file, &status) != 0 { throw .unreadable(errno) }
        let isRegular = status.st_mode & S_IFMT == S_IFREG
        let size = Int(status.st_size)
        if isMapped, isRegular, size > 0,
            let memory = mmap(nil, size, PROT_READ, MAP_PRIVATE, file, 0), memory != MAP_FAILED
        {
            bytes = UnsafeRawBufferPointer(start: memory, count: size)
            self.isMapped = true
            return
        }
        bytes = UnsafeRawBufferPointer(try Self.read(file, expected: isRegular ? size : 0))
        self.isMapped = false
    }

    /// A copy of `bytes`.
    package init(_ bytes: [UInt8], name: String) {
        let memory = UnsafeMutableRawBufferPointer(start: malloc(max(bytes.count, 1)), count: bytes.count)
        memory.copyBytes(from: bytes)
        self.bytes = UnsafeRawBufferPointer(memory)
        self.name = name
        isMapped = false
    }

    /// Memory from malloc, which is freed in the end.
    init(adopting memory: UnsafeMutableRawPointer?, count: Int, name: String) {
        bytes = UnsafeRawBufferPointer(start: memory, count: count)
        self.name = name
        isMapped = false
    }

    deinit {
        let memory = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
        if isMapped { munmap(memory, bytes.count) } else { free(memory) }
    }

    private static func read(_ file: Int32, expected: Int) throws(FileProblem) -> UnsafeMutableRawBufferPointer {
        // One byte more than expected, so that the end is seen without growing.
        var capacity = max(expected + 1, 1 << 16)
        guard var memory = malloc(capacity) else { throw .unreadable(ENOMEM) }
        var count = 0
        while true {
            let new: Int
            do { new = try nextBytes(file, capacity - count, into: memory + count) } catch {
                free(memory)
                throw error
            }
            if new == 0 { return UnsafeMutableRawBufferPointer(start: memory, count: count) }
            count += new
            if count < capacity { continue }
            capacity *= 2
            guard let larger = realloc(memory, capacity) else {
                free(memory)
                throw .unreadable(ENOMEM)
            }
            memory = larger
        }
    }

    /// The unsigned number at `offset`, of a type's length; nil past the end.
    func number<T: FixedWidthInteger & UnsignedInteger>(_ type: T.Type, at offset: Int, isBigEndian: Bool = false) -> T?
    {
        guard offset >= 0, bytes.count >= T.bitWidth / 8, offset <= bytes.count - T.bitWidth / 8 else { return nil }
        let value = bytes.loadUnaligned(fromByteOffset: offset, as: T.self)
        return isBigEndian ? T(bigEndian: value) : T(littleEndian: value)
    }
}
