import CotangentData
import CotangentNN
import CotangentTensor

extension Checkpoint {
    private static let format = "cotangent.checkpoint"
    private static let trainer = "cotangent.trainer"
    private static let optimizers = "cotangent.optimizers"

    /// Writes a file: beside it, on the disk, then in its place. An error, a crash or a power cut leaves what was there.
    ///
    /// - Throws: ``FormatError``.
    public func write(to path: String) throws(FormatError) {
        var tensors = weights.tensors(under: "model")
        if let best = state.bestWeights { tensors += best.tensors(under: "best") }
        if let average = state.average { tensors += average.tensors(under: "average") }
        for (index, optimizer) in optimizers.enumerated() {
            tensors += optimizer.tensors.map { ("optimizers.\(index).\($0.name)", $0.tensor) }
        }
        var metadata = metadata
        metadata[Self.format] = "1"
        metadata[Self.trainer] = JSON(state).text
        metadata[Self.optimizers] = JSON.array(optimizers.map(JSON.init)).text
        try Safetensors(tensors: tensors, metadata: metadata).write(to: path)
    }

    /// Reads a file.
    ///
    /// - Throws: ``FormatError`` where it cannot be read, ``CheckpointError`` where it is none of a checkpoint's.
    public init(path: String) throws {
        try self.init(Safetensors(path: path), path)
    }

    /// Reads a file's bytes. `name` stands for the file in errors.
    ///
    /// - Throws: as ``init(path:)``.
    public init(decoding bytes: [UInt8], name: String = "checkpoint") throws {
        try self.init(Safetensors(decoding: bytes, name: name), name)
    }

    private init(_ file: Safetensors, _ path: String) throws {
        var metadata = file.metadata
        guard let version = metadata.removeValue(forKey: Self.format) else {
            throw CheckpointError(file: path, message: "the file holds tensors, but is no checkpoint of a training run")
        }
        guard version == "1" else {
            throw CheckpointError(
                file: path, message: "it is of version \(version), and this release reads version 1: take a newer one")
        }
        // Nothing of the file is mapped any more when this returns: the run may write over it.
        var parts: [String: [(name: String, tensor: Tensor)]] = [:]
        for name in file.names {
            guard let (part, rest) = name.parted else {
                throw CheckpointError(file: path, message: "the tensor '\(name)' has no place in a checkpoint")
            }
            parts[part, default: []].append((rest, try file.tensor(named: name).copied()))
        }
        func part(_ name: String) -> Snapshot? { parts.removeValue(forKey: name).map { Snapshot($0) } }
        let (weights, best, average) = (part("model"), part("best"), part("average"))
        let ofOptimizers = parts.removeValue(forKey: "optimizers") ?? []
        if let other = parts.keys.min() {
            throw CheckpointError(file: path, message: "tensors called '\(other).…' have no place in a checkpoint")
        }
        do {
            let trainer = try Members(metadata.removeValue(forKey: Self.trainer), "the trainer's state")
            state = try TrainerState(trainer, bestWeights: best, average: average)
            optimizers = try OptimizerState.read(metadata.removeValue(forKey: Self.optimizers), ofOptimizers)
        } catch let error as MembersError { throw CheckpointError(file: path, message: error.message) }
        // A model without parameters has no tensors.
        self.weights = weights ?? Snapshot([])
        self.metadata = metadata
    }
}

extension Snapshot {
    fileprivate func tensors(under prefix: String) -> [(name: String, tensor: Tensor)] {
        names.map { ("\(prefix).\($0)", self[$0]!) }
    }
}

extension String {
    /// What stands before and behind the first point: "model" and "0.weight"; nil where there is none.
    var parted: (String, String)? {
        firstIndex(of: ".").map { (String(self[..<$0]), String(self[index(after: $0)...])) }
    }
}

/// A file that is no checkpoint, or that belongs to another run.
public struct CheckpointError: Error, Sendable, Equatable, CustomStringConvertible {
    public let file: String
    /// What was found, and what to do.
    public let message: String

    public var description: String { "\(file): \(message)" }
}
