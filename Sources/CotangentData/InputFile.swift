#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// A file that is read piece by piece; it is closed with the object.
final class InputFile {
    private let file: Int32

    init(_ path: String) throws(FileProblem) {
        file = open(path, O_RDONLY | O_CLOEXEC)
        if file < 0 { throw .unreadable(errno) }
    }

    deinit { close(file) }

    /// The next bytes, `count` at most; 0 at the file's end alone.
    func read(_ count: Int, into memory: UnsafeMutableRawPointer) throws(FileProblem) -> Int {
        try nextBytes(file, count, into: memory)
    }

    /// Goes back to the start. False where that cannot be, as with a pipe.
    func rewind() -> Bool { lseek(file, 0, SEEK_SET) == 0 }
}

/// The next bytes of an open file, `count` at most; 0 at the file's end alone.
func nextBytes(_ file: Int32, _ count: Int, into memory: UnsafeMutableRawPointer) throws(FileProblem) -> Int {
    while true {
        let result = read(file, memory, min(count, largestTransfer))
        if result >= 0 { return result }
        if errno != EINTR { throw .unreadable(errno) }
    }
}

/// How many bytes are read or written at a time: macOS refuses 2³¹ and more.
let largestTransfer = 1 << 30
