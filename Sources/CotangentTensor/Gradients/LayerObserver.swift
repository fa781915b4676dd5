/// Told of what a model does while it runs: see `summary()`.
package protocol LayerObserver: AnyObject {
    func parameterWasRead(_ id: ObjectIdentifier)
    func layerWillRun(_ layer: Any)
    func layerDidRun(_ layer: Any, output: Tensor)
    /// A container begins with its child `name`.
    func enter(_ name: String, of container: Any)
    func leave()
    /// The layer at work now.
    var place: LayerPlace? { get }
    /// A recording, or the part of one that a checkpoint has made anew, is played backward.
    func playWillBegin(_ tape: Tape)
    func willPlay(_ node: Int, of tape: Tape)
    func playDidEnd(_ tape: Tape)
}

extension LayerObserver {
    package func layerWillRun(_ layer: Any) {}
    package func playWillBegin(_ tape: Tape) {}
    package func willPlay(_ node: Int, of tape: Tape) {}
    package func playDidEnd(_ tape: Tape) {}
}

/// Where in a model an operation ran.
package struct LayerPlace: Sendable, Equatable {
    /// The layer's name in the model.
    package let layer: String
    /// Whether that layer had ended: what ran came behind it, in code of the model's own.
    package let isAfter: Bool

    package init(layer: String, isAfter: Bool) {
        self.layer = layer
        self.isAfter = isAfter
    }
}
