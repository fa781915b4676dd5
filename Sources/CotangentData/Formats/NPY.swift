import CotangentTensor

/// An array in a file of NumPy's NPY format, versions 1 to 3, in row-major or column-major order, little-endian or
/// big-endian: `numpy.save` and `numpy.load`.
///
/// ```swift
/// let file = try NPY(path: "images.npy")                          // uint8 [60000, 28, 28]
/// let batch = try file.rows(0..<64, as: .float32)                 // reads these alone
/// try NPY(batch).write(to: "batch.npy")
/// ```
///
/// Opening a file reads its header alone; it is mapped into memory, so that it may be larger than that. Tensors of
/// float32, float64 and int64 are views of it without a copy where the bytes are in this machine's order; elements of
/// other types (``StoredDType``) are converted when they are asked for. Python objects, strings, complex numbers, dates
/// and records are refused.
public struct NPY: Sendable {
    private let contents: Contents

    private enum Contents {
        case stored(StoredArray)
        case tensor(Tensor)
    }

    /// Opens a file. Where other programs may change it in place while it is used, `isMapped: false` reads it whole: a
    /// mapped file that is cut off ends the process. Replacing or deleting it does no harm.
    ///
    /// - Throws: ``FormatError`` where the file cannot be read, breaks the format's rules, has elements of another
    ///   type, or more or fewer bytes than its shape takes.
    public init(path: String, isMapped: Bool = true) throws(FormatError) {
        let file = try MappedFile.opened(path, isMapped: isMapped)
        try self.init(file, 0..<file.bytes.count)
    }

    /// Reads a file's bytes. `name` stands for the file in errors.
    public init(decoding bytes: [UInt8], name: String = "npy") throws(FormatError) {
        try self.init(MappedFile(bytes, name: name), 0..<bytes.count)
    }

    /// What stands in a part of a file.
    init(_ file: MappedFile, _ range: Range<Int>) throws(FormatError) {
        contents = .stored(try NPYHeader(file, range).array)
    }

    /// A tensor to write.
    public init(_ tensor: Tensor) {
        contents = .tensor(tensor.detached)
    }

    public var shape: Shape {
        switch contents {
        case .stored(let array): array.shape
        case .tensor(let tensor): tensor.shape
        }
    }

    /// The type of the elements in the file.
    public var dtypeInFile: StoredDType {
        switch contents {
        case .stored(let array): array.type
        case .tensor(let tensor): StoredDType(tensor.dtype)
        }
    }

    /// The whole array, of the dtype that holds its type's values, or of another one.
    ///
    /// - Throws: ``FormatError`` where a uint64 is more than int64 holds.
    public func tensor(as dtype: DType? = nil) throws(FormatError) -> Tensor {
        switch contents {
        case .stored(let array): try array.tensor(as: dtype)
        case .tensor(let tensor): tensor.cast(to: dtype ?? tensor.dtype)
        }
    }

    /// Rows of the first axis; no others are read.
    ///
    /// - Throws: as ``tensor(as:)``.
    public func rows(_ range: Range<Int>, as dtype: DType? = nil) throws(FormatError) -> Tensor {
        switch contents {
        case .stored(let array): try array.rows(range, as: dtype)
        case .tensor(let tensor): tensor[range].cast(to: dtype ?? tensor.dtype)
        }
    }

    /// The rows of the first axis that `indices` name, in their order.
    ///
    /// - Throws: as ``tensor(as:)``.
    public func rows(_ indices: [Int], as dtype: DType? = nil) throws(FormatError) -> Tensor {
        switch contents {
        case .stored(let array): try array.rows(indices, as: dtype)
        case .tensor(let tensor): gather(tensor, Tensor(indices)).cast(to: dtype ?? tensor.dtype)
        }
    }

    /// Writes a file, of version 1, row-major and little-endian.
    ///
    /// The file is written beside under another name, synced and then renamed: nothing half-written takes its place.
    ///
    /// - Throws: ``FormatError`` where the file cannot be written or the array has more than the 64 axes that NumPy
    ///   reads; and as ``tensor(as:)``.
    public func write(to path: String) throws(FormatError) {
        try pieces(for: path).write(to: path)
    }

    /// The bytes of such a file. `name` stands for it in errors.
    public func encoded(name: String = "npy") throws(FormatError) -> [UInt8] { try pieces(for: name).bytes }

    func pieces(for path: String) throws(FormatError) -> NPYPieces {
        let tensor = try tensor()
        if tensor.isAbstract { fail("NPY", "the tensor \(tensor.summary) has a shape and no values") }
        guard tensor.rank <= StoredArray.largestRank else {
            throw FormatError(
                .unsupported, file: path,
                "the array has \(tensor.rank) axes, and NumPy reads \(StoredArray.largestRank): reshape it")
        }
        return NPYPieces(header: NPYHeader.bytes(of: tensor), tensor: tensor)
    }
}

/// What is written of an array.
struct NPYPieces: FilePieces {
    let header: [UInt8]
    let tensor: Tensor

    var count: Int { header.count + tensor.count * tensor.dtype.size }

    func forEachPiece<E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> Void) throws(E) {
        try header.withBytes(body)
        try tensor.forEachPiece(storedAs: StoredDType(tensor.dtype), body)
    }
}
