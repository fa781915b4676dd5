/// What is wrong with the description of a model, and in which layer.
public struct ArchitectureError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The layer's number from 0, as in the names of its parameters; nil where the whole description is meant.
    public let layer: Int?
    /// What was found, and what to do.
    public let message: String

    init(_ message: String, layer: Int? = nil) {
        self.message = message
        self.layer = layer
    }

    public var description: String { layer.map { "layer \($0): \(message)" } ?? message }
}
