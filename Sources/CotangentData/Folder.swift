#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

/// The names in a folder, in the order of their bytes, without "." and "..".
package func entries(ofFolder path: String) throws(FileProblem) -> [String] {
    guard let folder = opendir(path) else { throw .unreadable(errno) }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
        // The name is longer than its field says where a file system allows it: it ends with a zero.
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

/// Whether there is anything under this name.
package func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0
}

/// Whether that is a folder, or a link to one.
func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// Makes a folder, and those that it lies in, where they are missing.
package func makeFolder(_ path: String) throws(FileProblem) {
    if isFolder(path) { return }
    if exists(path) { throw .unwritable(ENOTDIR) }
    let trimmed = path.hasSuffix("/") ? String(path.dropLast()) : path
    if let slash = trimmed.lastIndex(of: "/"), slash > trimmed.startIndex { try makeFolder(String(trimmed[..<slash])) }
    // Another process may have made it meanwhile.
    if mkdir(trimmed, 0o777) != 0, errno != EEXIST { throw .unwritable(errno) }
}

/// Takes a file away; one that is not there is no error.
package func removeFile(_ path: String) throws(FileProblem) {
    if unlink(path) != 0, errno != ENOENT { throw .unwritable(errno) }
}
