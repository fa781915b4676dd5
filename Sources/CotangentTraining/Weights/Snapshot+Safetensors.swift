import CotangentData
import CotangentNN

extension Snapshot {
    /// The tensors of a safetensors file, as ``Safetensors`` reads them; of the values there are copies, so the file
    /// may change afterwards.
    ///
    /// PyTorch's `state_dict`s, saved by `safetensors.torch.save_file`, have the names of models built alike.
    ///
    /// - Throws: ``FormatError``.
    public init(safetensors path: String) throws(FormatError) {
        try self.init(Safetensors(path: path))
    }

    /// The tensors of a file that has been opened.
    ///
    /// - Throws: ``FormatError`` where a uint64 is more than int64 holds.
    public init(_ file: Safetensors) throws(FormatError) {
        self.init(try file.tensors().map { ($0.name, $0.tensor.copied()) })
    }

    /// Writes a safetensors file: see ``Safetensors/write(to:storing:)``.
    ///
    /// - Throws: ``FormatError`` where it cannot be written.
    public func write(to path: String, metadata: [String: String] = [:], storing type: StoredDType = .float32)
        throws(FormatError)
    {
        try Safetensors(tensors: names.map { ($0, self[$0]!) }, metadata: metadata).write(to: path, storing: type)
    }
}

extension Module {
    /// Writes all parameters and buffers to a safetensors file, which ``load(_:)`` reads, and PyTorch too.
    ///
    /// - Throws: ``FormatError`` where it cannot be written.
    public func write(to path: String, metadata: [String: String] = [:], storing type: StoredDType = .float32)
        throws(FormatError)
    {
        try snapshot().write(to: path, metadata: metadata, storing: type)
    }

    /// Gives all parameters and buffers the values of a safetensors file.
    ///
    /// - Throws: ``FormatError`` where the file cannot be read, ``SnapshotError`` where it does not fit the model, with
    ///   every name that is missing, unexpected, or of another shape or dtype. Then nothing has been changed.
    public func load(_ path: String) throws {
        try restore(Snapshot(safetensors: path))
    }
}
