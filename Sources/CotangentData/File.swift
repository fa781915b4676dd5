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

    static func unreadable(_ code: Int32) -> FileProblem {
        FileProblem(
            message: "the file cannot be read: \(String(cString: strerror(code))). Check the path and its permissions")
    }

    static func unwritable(_ code: Int32) -> FileProblem {
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

/// Makes `bytes` the contents of a file: all or, where it throws, none of them. They are written beside it under
/// another name, which then becomes the file's.
package func write(_ bytes: [UInt8], to path: String) throws(FileProblem) {
    try write(to: path) { (file) throws(FileProblem) in try file.write(bytes) }
}

/// The same with contents that `body` writes piece by piece, so that they need not be in memory all at once.
///
/// The file is on the disk before it takes its name, and the name before this returns: after a crash or a power cut
/// there is the old file or the new one, whole. What a process that was ended leaves beside it ends in `.part`.
package func write(to path: String, _ body: (borrowing FileOutput) throws(FileProblem) -> Void) throws(FileProblem) {
    var status = stat()
    let exists = stat(path, &status) == 0
    // A device or a pipe cannot be replaced.
    if exists, status.st_mode & S_IFMT != S_IFREG { return try fill(path, O_WRONLY, 0, isLasting: false, body) }
    var target = path
    if exists, let resolved = realpath(path, nil) {
        // The link stays, and what it names is replaced.
        target = String(cString: resolved)
        free(resolved)
    }
    let beside = "\(target).\(getpid())-\(UInt32.random(in: 0...UInt32.max)).part"
    do throws(FileProblem) {
        try fill(
            beside, O_WRONLY | O_CREAT | O_EXCL, exists ? status.st_mode & 0o777 : 0o666, isLasting: true, body)
        // A new file lacks what the process's mask takes away.
        if exists, chmod(beside, status.st_mode & 0o777) != 0 { throw FileProblem.unwritable(errno) }
        if rename(beside, target) != 0 { throw FileProblem.unwritable(errno) }
    } catch {
        unlink(beside)
        throw error
    }
    // The contents are in place, so there is nothing to undo; some folders cannot be opened or synced.
    let folder = open(target.lastIndex(of: "/").map { String(target[...$0]) } ?? ".", O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
        _ = synced(folder)
        close(folder)
    }
}

/// A file that is being written: see ``write(to:_:)``.
package struct FileOutput: ~Copyable {
    fileprivate let file: Int32

    package func write(_ bytes: UnsafeRawBufferPointer) throws(FileProblem) {
        var written = 0
        while written < bytes.count {
            let count = systemWrite(
                file, bytes.baseAddress! + written, min(bytes.count - written, largestTransfer))
            if count < 0 {
                if errno == EINTR { continue }
                throw .unwritable(errno)
            }
            written += count
        }
    }

    package func write(_ bytes: [UInt8]) throws(FileProblem) {
        try bytes.withBytes { (bytes) throws(FileProblem) in try write(bytes) }
    }
}

/// The system's, which the method of that name hides.
private func systemWrite(_ file: Int32, _ memory: UnsafeRawPointer, _ count: Int) -> Int { write(file, memory, count) }

private func fill(
    _ path: String, _ flags: Int32, _ mode: mode_t, isLasting: Bool,
    _ body: (borrowing FileOutput) throws(FileProblem) -> Void
) throws(FileProblem) {
    let file = open(path, flags | O_CLOEXEC, mode)
    if file < 0 { throw .unwritable(errno) }
    do throws(FileProblem) {
        try body(FileOutput(file: file))
        if isLasting, !synced(file) { throw FileProblem.unwritable(errno) }
    } catch {
        close(file)
        throw error
    }
    // Some file systems tell only here that there is no room.
    if close(file) != 0 { throw .unwritable(errno) }
}

/// Whether a file's contents are on the disk, or it is of a kind that has none.
private func synced(_ file: Int32) -> Bool {
    #if canImport(Darwin)
        // There fsync leaves them in the disk's own memory.
        if fcntl(file, F_FULLFSYNC) == 0 { return true }
    #endif
    while fsync(file) != 0 {
        if errno == EINTR { continue }
        return errno == EINVAL || errno == ENOTSUP || errno == ENOSYS || errno == EROFS
    }
    return true
}
