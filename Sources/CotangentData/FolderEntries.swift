#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Android)
    import Android
#endif

struct FolderEntry {
    let name: String
    /// Also of a link to one.
    let isFolder: Bool
}

/// What is in a folder, but for hidden files, ordered by the bytes of the names.
func folderEntries(_ path: String) throws(FileProblem) -> [FolderEntry] {
    guard let folder = opendir(path) else { throw .unreadable(errno) }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            String(cString: UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
        }
        if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { name in
        var status = stat()
        let isFolder = stat(path + "/" + name, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
        return FolderEntry(name: name, isFolder: isFolder)
    }
}
