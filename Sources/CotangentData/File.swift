#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// The system refused a file: what formats turn into errors of their own.
package struct FileProblem: Error {
    /// Says what to do as well.
    package let message: String

    fileprivate static func unreadable(_ code: Int32) -> FileProblem {
        FileProblem(
            message: "the file cannot be read: \(String(cString: strerror(code))). Check the path and its permissions")
    }

    fileprivate static func unwritable(_ code: Int32) -> FileProblem {
        FileProblem(
            message:
                "the file cannot be written: \(String(cString: strerror(code))). Check that its folder exists, may be written to and has room"
        )
    }
}

/// A file's bytes.
package func contents(of path: String) throws(FileProblem) -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw .unreadable(errno) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var size = 1 << 16
    // Twice the size at each step; a file that grows or has no size, such as a pipe, is read too.
    while true {
        let start = bytes.count
        let read = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = fread(buffer.baseAddress, 1, size, file)
        }
        bytes.append(contentsOf: read)
        if ferror(file) != 0 { throw .unreadable(errno) }
        if bytes.count - start < size { return bytes }
        size *= 2
    }
}

/// Makes `bytes` the contents of a file: all or, where it throws, none of them. They are written beside it under another
/// name, which then becomes the file's.
package func write(_ bytes: [UInt8], to path: String) throws(FileProblem) {
    var status = stat()
    let exists = stat(path, &status) == 0
    // A device or a pipe cannot be replaced.
    if exists, status.st_mode & S_IFMT != S_IFREG { return try fill(path, O_WRONLY, 0, bytes) }
    var target = path
    if exists, let resolved = realpath(path, nil) {
        // The link stays, and what it names is replaced.
        target = String(cString: resolved)
        free(resolved)
    }
    let beside = "\(target).\(getpid())-\(UInt32.random(in: 0...UInt32.max)).part"
    do throws(FileProblem) {
        try fill(beside, O_WRONLY | O_CREAT | O_EXCL, exists ? status.st_mode & 0o777 : 0o666, bytes)
        // A new file lacks what the process's mask takes away.
        if exists, chmod(beside, status.st_mode & 0o777) != 0 { throw FileProblem.unwritable(errno) }
        if rename(beside, target) != 0 { throw FileProblem.unwritable(errno) }
    } catch {
        unlink(beside)
        throw error
    }
}

private func fill(_ path: String, _ flags: Int32, _ mode: mode_t, _ bytes: [UInt8]) throws(FileProblem) {
    let file = open(path, flags, mode)
    if file < 0 { throw .unwritable(errno) }
    var written = 0
    var problem: Int32 = 0
    bytes.withUnsafeBytes { bytes in
        while written < bytes.count {
            let count = write(file, bytes.baseAddress! + written, bytes.count - written)
            if count < 0 {
                if errno == EINTR { continue }
                problem = errno
                return
            }
            written += count
        }
    }
    // Some file systems tell only here that there is no room.
    if close(file) != 0, problem == 0 { problem = errno }
    if problem != 0 { throw .unwritable(problem) }
}
