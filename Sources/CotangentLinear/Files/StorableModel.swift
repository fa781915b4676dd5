import CotangentData
import CotangentTensor

/// A fitted model that a safetensors file holds.
///
/// ```swift
/// try model.write(to: "ridge.safetensors")
/// let model = try LinearModel(path: "ridge.safetensors")
/// ```
///
/// The metadata say which kind of model it is, and by which version of the format it was written.
public protocol StorableModel: Sendable {
    /// What the file calls such a model.
    static var kind: String { get }

    /// Puts all that the model is into `record`.
    func store(in record: inout ModelRecord)

    /// - Throws: ``ModelFileError`` where the record does not make a model.
    init(from record: ModelRecord) throws
}

private let kindKey = "cotangent.kind"
private let versionKey = "cotangent.version"
private let version = "1"

extension StorableModel {
    private var file: Safetensors {
        var record = ModelRecord()
        store(in: &record)
        return record.safetensors(metadata: [kindKey: Self.kind, versionKey: version])
    }

    /// Writes a file, in place of what was there when it is whole.
    ///
    /// - Throws: ``FormatError``.
    public func write(to path: String) throws { try file.write(to: path) }

    /// The bytes of such a file.
    public func encoded() throws -> [UInt8] { try file.encoded() }

    /// Reads a file.
    ///
    /// - Throws: ``FormatError`` where it cannot be read or is no safetensors file, ``ModelFileError`` where it is of
    ///   another kind or version, or incomplete.
    public init(path: String) throws { try self.init(Safetensors(path: path), name: path) }

    /// Reads a file's bytes. `name` stands for the file in errors.
    public init(decoding bytes: [UInt8], name: String = "model") throws {
        try self.init(Safetensors(decoding: bytes, name: name), name: name)
    }

    private init(_ file: Safetensors, name: String) throws {
        func problem(_ message: String) -> ModelFileError { ModelFileError(file: name, message: message) }
        guard let kind = file.metadata[kindKey], let found = file.metadata[versionKey] else {
            throw problem("the file holds tensors, but not what model they belong to: no model of this library wrote it")
        }
        guard kind == Self.kind else { throw problem("it is a model of kind '\(kind.prefix(40))', not '\(Self.kind)'") }
        guard found == version else {
            throw problem("it is of version '\(found.prefix(40))', and version \(version) is read")
        }
        try self.init(from: ModelRecord(file, name: name))
    }
}
