import CotangentBLAS
import CotangentTensor

/// Arrays by name in a file of NumPy's NPZ format, a zip archive of NPY files: `numpy.savez`, `numpy.savez_compressed`
/// and `numpy.load`.
///
/// ```swift
/// let file = try NPZ(path: "digits.npz")
/// let x = try file.tensor(named: "x")
/// try NPZ(arrays: [("x", x), ("y", y)]).write(to: "small.npz")
/// ```
///
/// Opening a file reads its directory alone. What `numpy.savez` stored as it is is read in place; what
/// `numpy.savez_compressed` packed needs a build with the package trait Zlib. Entries of the archive whose names do not
/// end in `.npy` are passed over. Names are keys and nothing else: no file of such a name is ever made, so `../x` is as
/// good as any.
public struct NPZ: Sendable {
    /// The names, without `.npy`, in the order of the archive's directory, or of the arrays that were given.
    public let names: [String]
    private let contents: Contents
    private let limit: Int

    private enum Contents {
        case archive(MappedFile, [String: ZipDirectory.Entry])
        case arrays([String: NPY], name: String)
    }

    /// Four gigabytes: the largest array that is unpacked where no other limit is given.
    public static let unpackingLimit = 1 << 32

    /// Opens a file. An array that unpacks to more than `limit` bytes is an error: a small file can claim to hold very
    /// much. `isMapped: false` reads the file whole, for those that other programs may change in place.
    ///
    /// - Throws: ``FormatError`` where the file cannot be read or its directory is damaged.
    public init(path: String, isMapped: Bool = true, limit: Int = unpackingLimit) throws(FormatError) {
        try self.init(file: .opened(path, isMapped: isMapped), limit)
    }

    /// Reads a file's bytes. `name` stands for the file in errors.
    public init(decoding bytes: [UInt8], name: String = "npz", limit: Int = unpackingLimit) throws(FormatError) {
        try self.init(file: MappedFile(bytes, name: name), limit)
    }

    private init(file: MappedFile, _ limit: Int) throws(FormatError) {
        let entries = try ZipDirectory(file).entries.filter { $0.name.hasSuffix(".npy") }
        names = entries.map { String($0.name.dropLast(4)) }
        contents = .archive(file, Dictionary(uniqueKeysWithValues: zip(names, entries)))
        self.limit = limit
    }

    /// Arrays to write. No name may be there twice.
    public init(arrays: [(name: String, tensor: Tensor)]) {
        names = arrays.map(\.name)
        let named = Dictionary(arrays.map { ($0.name, NPY($0.tensor)) }) { _, _ in
            fail("NPZ", "a name is given twice: \(arrays.map(\.name))")
        }
        contents = .arrays(named, name: "npz")
        limit = Self.unpackingLimit
    }

    /// The array called `name`, whose rows can be read one by one: in place where it is stored as it is, otherwise it
    /// is unpacked now.
    ///
    /// - Throws: ``FormatError`` where there is none, its checksum is not that of its bytes, it unpacks to more than
    ///   the limit or to another size than the archive says, is no NPY file that ``NPY`` reads, or is compressed and
    ///   the build has no zlib.
    public func array(named name: String) throws(FormatError) -> NPY {
        switch contents {
        case .arrays(let arrays, let file):
            if let array = arrays[name] { return array }
            throw missing(name, file)
        case .archive(let file, let entries):
            guard let entry = entries[name] else { throw missing(name, file.name) }
            let (file, range) = entry.isDeflated ? try unpacked(name, entry, file) : (file, entry.range)
            let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[range])
            guard StoredElements.checksum(0, bytes) == entry.checksum else {
                throw FormatError(
                    .checksum, file: file.name, offset: entry.isDeflated ? nil : range.lowerBound,
                    "the checksum of the array \(quoted(name)) is not that of its bytes: the file is damaged, get it anew"
                )
            }
            do { return try NPY(file, range) } catch {
                throw FormatError(
                    error.reason, file: error.file, offset: error.offset, "array \(quoted(name)): \(error.message)")
            }
        }
    }

    /// The array called `name` as a tensor: see ``NPY/tensor(as:)``.
    ///
    /// - Throws: ``FormatError``, as ``array(named:)``, and where a uint64 is more than int64 holds.
    public func tensor(named name: String, as dtype: DType? = nil) throws(FormatError) -> Tensor {
        try array(named: name).tensor(as: dtype)
    }

    /// All arrays as tensors, in the order of ``names``.
    ///
    /// - Throws: as ``tensor(named:as:)``.
    public func tensors() throws(FormatError) -> [(name: String, tensor: Tensor)] {
        var result: [(name: String, tensor: Tensor)] = []
        for name in names { result.append((name, try tensor(named: name))) }
        return result
    }

    private func missing(_ name: String, _ file: String) -> FormatError {
        FormatError(.name, file: file, "there is no array \(quoted(name)); there are \(listed(names))")
    }

    private func unpacked(_ name: String, _ entry: ZipDirectory.Entry, _ file: MappedFile) throws(FormatError) -> (
        MappedFile, Range<Int>
    ) {
        #if Zlib
            func error(_ reason: FormatError.Reason, _ message: String) -> FormatError {
                FormatError(
                    reason, file: file.name, offset: entry.range.lowerBound, "array \(quoted(name)): \(message)")
            }
            guard entry.size <= limit else {
                throw error(
                    .tooLarge,
                    "\(entry.size) bytes are claimed, and at most \(limit) are unpacked: open the file with a larger limit"
                )
            }
            let packed = UnsafeRawBufferPointer(rebasing: file.bytes[entry.range])
            // Deflate makes at most 1,032 bytes of one.
            guard entry.size / 1032 <= packed.count else {
                throw error(.corrupt, "\(packed.count) bytes cannot hold the \(entry.size) that are claimed")
            }
            let unpacked: MappedFile
            do {
                unpacked = try inflated(packed, .deflate, limit: entry.size, name: "\(file.name): \(entry.name)")
            } catch {
                let advice = error.reason == .tooLarge ? ", and that is what the archive claims" : ""
                throw FormatError(
                    .corrupt, file: file.name, offset: entry.range.lowerBound + error.offset,
                    "array \(quoted(name)): \(error.message)\(advice)")
            }
            guard unpacked.bytes.count == entry.size else {
                throw error(.corrupt, "\(entry.size) bytes are claimed, and it unpacks to \(unpacked.bytes.count)")
            }
            return (unpacked, 0..<entry.size)
        #else
            throw .withoutZlib("the array \(quoted(name)) is compressed", file: file.name)
        #endif
    }
}
