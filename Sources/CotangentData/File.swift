#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// A file's bytes.
func contents(of path: String) throws(CSVError) -> [UInt8] {
    func unreadable(_ code: Int32) -> CSVError {
        CSVError(
            reason: .unreadableFile, file: path, line: nil, column: nil,
            message: "the file cannot be read: \(String(cString: strerror(code))). Check the path and its permissions")
    }
    guard let file = fopen(path, "rb") else { throw unreadable(errno) }
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
        if ferror(file) != 0 { throw unreadable(errno) }
        if bytes.count - start < size { return bytes }
        size *= 2
    }
}
