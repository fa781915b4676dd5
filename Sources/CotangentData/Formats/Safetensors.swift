import CotangentTensor

/// Tensors by name in a file of the safetensors format (https://github.com/huggingface/safetensors), which PyTorch, JAX
/// and others read and write too.
///
/// ```swift
/// let weights = try Safetensors(path: "model.safetensors")
/// let weight = try weights.tensor(named: "0.weight")              // float32 [256, 784]
/// try Safetensors(tensors: [("w", weight)], metadata: ["epoch": "3"]).write(to: "w.safetensors")
/// ```
///
/// Opening a file reads its header alone; it is mapped into memory, and tensors of float32, float64 and int64 are views
/// of it without a copy. Elements of the other types (``StoredDType``) are converted when the tensor is asked for.
/// Types that the format has gained since, of complex numbers and of fewer than 8 bits, are refused.
public struct Safetensors: Sendable {
    /// The names in the order of the file's header, or of those that were given.
    public let names: [String]
    /// What is written beside the tensors: strings by name.
    public let metadata: [String: String]
    private let entries: [String: Entry]
    private let name: String

    private enum Entry {
        case stored(StoredArray)
        case tensor(Tensor)
    }

    /// Opens a file. Where other programs may change it in place while it is used, `isMapped: false` reads it whole: a
    /// mapped file that is cut off ends the process. Replacing or deleting it does no harm.
    ///
    /// - Throws: ``FormatError`` where the file cannot be read or breaks the format's rules: a header above 100 MB, one
    ///   that is not JSON, a name twice, sizes that overflow or do not fit the shape, tensors that overlap or leave a
    ///   hole, bytes that are missing or left over.
    public init(path: String, isMapped: Bool = true) throws(FormatError) {
        try self.init(file: .opened(path, isMapped: isMapped))
    }

    /// Reads a file's bytes. `name` stands for the file in errors.
    public init(decoding bytes: [UInt8], name: String = "safetensors") throws(FormatError) {
        try self.init(file: MappedFile(bytes, name: name))
    }

    private init(file: MappedFile) throws(FormatError) {
        let header = try SafetensorsHeader(file)
        names = header.arrays.map(\.name)
        metadata = header.metadata
        entries = Dictionary(uniqueKeysWithValues: header.arrays.map { ($0.name, .stored($0.array)) })
        name = file.name
    }

    /// Tensors to write. No name may be there twice.
    public init(tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:]) {
        names = tensors.map(\.name)
        self.metadata = metadata
        entries = Dictionary(tensors.map { ($0.name, .tensor($0.tensor.detached)) }) { first, _ in
            fail("Safetensors", "a name is given twice: \(tensors.map(\.name))")
        }
        name = "safetensors"
    }

    /// The shape of the tensor called `name`; nil where there is none.
    public func shape(of name: String) -> Shape? {
        switch entries[name] {
        case .stored(let array): array.shape
        case .tensor(let tensor): tensor.shape
        case nil: nil
        }
    }

    /// The type of its elements in the file; nil where there is no tensor called `name`.
    public func dtypeInFile(of name: String) -> StoredDType? {
        switch entries[name] {
        case .stored(let array): array.type
        case .tensor(let tensor): StoredDType(tensor.dtype)
        case nil: nil
        }
    }

    /// The tensor called `name`, of the dtype that holds its type's values, or of another one.
    ///
    /// - Throws: ``FormatError`` where there is none, or where a uint64 is more than int64 holds.
    public func tensor(named name: String, as dtype: DType? = nil) throws(FormatError) -> Tensor {
        switch entries[name] {
        case .tensor(let tensor): return tensor.cast(to: dtype ?? tensor.dtype)
        case .stored(let array):
            do { return try array.tensor(as: dtype) } catch {
                throw FormatError(
                    error.reason, file: error.file, offset: error.offset, "tensor \(quoted(name)): \(error.message)")
            }
        case nil:
            throw FormatError(
                .name, file: self.name, "there is no tensor \(quoted(name)); there are \(listed(names))")
        }
    }

    /// All tensors, in the order of ``names``.
    ///
    /// - Throws: as ``tensor(named:as:)``.
    public func tensors() throws(FormatError) -> [(name: String, tensor: Tensor)] {
        var result: [(name: String, tensor: Tensor)] = []
        for name in names { result.append((name, try tensor(named: name))) }
        return result
    }
}
