import CotangentData

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// A file that grows while training runs. What was written is the system's at once: it survives the process.
package final class AppendedFile {
    package let path: String
    private let descriptor: Int32
    /// nil for a device or a pipe.
    private var size: Int?

    /// Opens the file, and makes it where there is none. `keeping` is given what it holds and says how many of these
    /// bytes stay; the others are cut off.
    package init(path: String, keeping: ([UInt8]) throws(LogError) -> Int) throws(LogError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        if descriptor < 0 { throw .unwritable(path, errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
        if status.st_size == 0 {
            size = 0
            return
        }
        let bytes: [UInt8]
        do { bytes = try contents(of: path) } catch {
            throw LogError(.unreadableFile, file: path, error.message)
        }
        let kept = try keeping(bytes)
        if kept < bytes.count, ftruncate(descriptor, off_t(kept)) != 0 { throw .unwritable(path, errno) }
        size = kept
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Whether nothing is in it yet.
    package var isEmpty: Bool { size ?? 0 == 0 }

    /// All of `bytes` or, of a regular file and where it throws, none.
    package func append(_ bytes: [UInt8]) throws(LogError) {
        var written = 0
        var problem: Int32 = 0
        bytes.withUnsafeBytes { bytes in
            while written < bytes.count, problem == 0 {
                let count = write(descriptor, bytes.baseAddress! + written, bytes.count - written)
                if count >= 0 { written += count } else if errno != EINTR { problem = errno }
            }
        }
        if problem != 0 {
            if let size { _ = ftruncate(descriptor, off_t(size)) }
            throw .unwritable(path, problem)
        }
        size = size.map { $0 + bytes.count }
    }

    package func append(_ text: String) throws(LogError) { try append(Array(text.utf8)) }
}

extension LogError {
    package static func unwritable(_ path: String, _ code: Int32) -> LogError {
        LogError(
            .unwritableFile, file: path,
            "the file cannot be written: \(String(cString: strerror(code))). Check that its folder exists, may be written to and has room"
        )
    }
}
