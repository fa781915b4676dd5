import CotangentData
import CotangentNN
import CotangentTensor

/// A model with all that its use takes: architecture, weights, the names of what goes in and comes out. One file holds it.
///
/// ```swift
/// let trained = try TrainedModel(path: "digits.safetensors")
/// let probabilities = try trained.predict(x)        // [batch, classes]
/// ```
///
/// The file is of the safetensors format, with the weights under PyTorch's names and the rest in its metadata, as
/// "cotangent.architecture", "cotangent.objective" and "cotangent.columns". `cotangent train` writes such files.
public struct TrainedModel: Sendable {
    public let architecture: Architecture
    public let objective: Objective
    /// The names of the inputs, for samples of one axis that came from a table; empty otherwise.
    public let columns: [String]
    public let model: Sequential

    /// - Parameters:
    ///   - model: made by `architecture`.
    ///   - columns: empty, or one for each input.
    public init(_ model: Sequential, _ architecture: Architecture, objective: Objective, columns: [String] = []) {
        if let problem = Self.misfit(architecture, objective, columns) { fail("TrainedModel", problem) }
        self.model = model
        self.architecture = architecture
        self.objective = objective
        self.columns = columns
    }

    /// Why these do not go together; nil where they do.
    private static func misfit(_ architecture: Architecture, _ objective: Objective, _ columns: [String]) -> String? {
        if architecture.output != [objective.outputCount] {
            return
                "the architecture gives \(architecture.output) for a sample, and \(objective.outputCount) outputs are named"
        }
        if !columns.isEmpty, architecture.input != [columns.count] {
            return "the architecture takes samples \(architecture.input), and \(columns.count) columns are named"
        }
        return nil
    }

    /// The results for samples [batch, …]: probabilities of the classes [batch, classes], or the quantities
    /// [batch, targets].
    ///
    /// - Throws: ``ShapeError`` where the samples have another shape than the model takes.
    public func predict(_ x: Tensor) throws(ShapeError) -> Tensor {
        // The model alone would take what broadcasts against its first layer.
        guard x.shape.dropFirst().elementsEqual(architecture.input) else {
            throw ShapeError(x.shape, "the model takes samples \(architecture.input) behind the batch's axis")
        }
        try model.validate(inputShape: x.shape, dtype: x.dtype)
        let outputs = model(x)
        switch objective {
        case .classification: return softmax(outputs, axis: -1)
        case .regression: return outputs
        }
    }
}

extension TrainedModel {
    private static let keys = (
        architecture: "cotangent.architecture", objective: "cotangent.objective", columns: "cotangent.columns"
    )

    /// What stands beside the weights in a file.
    public var metadata: [String: String] {
        var metadata = [Self.keys.architecture: architecture.json, Self.keys.objective: objective.json]
        if !columns.isEmpty { metadata[Self.keys.columns] = listing(columns) }
        return metadata
    }

    /// Writes a file, in place of what was there when it is whole.
    ///
    /// - Throws: ``FormatError``.
    public func write(to path: String) throws(FormatError) { try model.write(to: path, metadata: metadata) }

    /// Reads a file.
    ///
    /// - Throws: ``FormatError`` or ``TrainedModelError`` where it cannot be read or does not describe a model,
    ///   ``SnapshotError`` where its weights are not those of the architecture that it describes.
    public init(path: String) throws {
        let file = try Safetensors(path: path)
        func problem(_ message: String) -> TrainedModelError { TrainedModelError(file: path, message: message) }
        guard let text = file.metadata[Self.keys.architecture], let words = file.metadata[Self.keys.objective] else {
            throw problem(
                "the file holds tensors, but not what model they belong to: it was not written by cotangent train or TrainedModel"
            )
        }
        let architecture: Architecture
        do { architecture = try Architecture(parsing: text) } catch { throw problem("its architecture: \(error)") }
        guard let objective = Objective(json: words) else { throw problem("its objective is not understood: \(words)") }
        var columns: [String] = []
        if let text = file.metadata[Self.keys.columns] {
            guard let json = try? JSON(parsing: Array(text.utf8)), let names = strings(json) else {
                throw problem("its columns are not understood: \(text)")
            }
            columns = names
        }
        if let misfit = Self.misfit(architecture, objective, columns) { throw problem(misfit) }
        // Without memory before the file's tensors are known to fit.
        let model = architecture.hollowModel()
        try model.restore(Snapshot(file))
        self.init(model, architecture, objective: objective, columns: columns)
    }
}

/// A file of tensors that does not describe a model.
public struct TrainedModelError: Error, Sendable, Equatable, CustomStringConvertible {
    public let file: String
    /// What was found, and what to do.
    public let message: String

    public var description: String { "\(file): \(message)" }
}
