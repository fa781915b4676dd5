import CotangentTensor

/// What chosen layers gave while a model ran: see ``features(of:at:_:)``.
public struct LayerOutputs: Sendable {
    /// As they were asked for.
    public let names: [String]
    private let outputs: [String: [Tensor]]

    init(names: [String], outputs: [String: [Tensor]]) {
        self.names = names
        self.outputs = outputs
    }

    /// The output of the layer called `name` when it ran last. A name that was not asked for traps.
    public subscript(name: String) -> Tensor { all(name).last! }

    /// The outputs of each of its runs in their order: a layer may run several times.
    public func all(_ name: String) -> [Tensor] {
        guard let found = outputs[name] else {
            fail("features", "'\(name)' was not asked for; asked for were \(names.joined(separator: ", "))")
        }
        return found
    }
}

/// The value of `body`, and what the layers called `names` gave while it ran.
///
/// ```swift
/// let (y, features) = features(of: model, at: ["body.0", "head"]) { model(x) }
/// features["body.0"].shape
/// ```
/// Names are those that ``Layer/summary(inputShape:dtype:)`` shows: "body.0". Inside of `valueAndGradients(of:)` and its
/// like gradients pass through the outputs, so that a loss may be made of them. A layer's output is what stands before an
/// activation that `Sequential` would join with it. A name that no layer has that ran traps, and the message lists
/// those there are.
public func features<M: Module, R>(
    of model: M, at names: [String], _ body: () throws -> R
) rethrows -> (value: R, features: LayerOutputs) {
    let wanted = Set(names)
    var outputs: [String: [Tensor]] = [:]
    var seen: [String] = []
    let trace = LayerTrace(model) { entry in
        if wanted.contains(entry.path) { outputs[entry.path, default: []].append(entry.output) }
        if !seen.contains(entry.path) { seen.append(entry.path) }
    }
    let value = try Scope.run(configure: { $0.observer = ChainedObserver(trace, $0.observer) }) { _ in try body() }
    if let name = names.first(where: { outputs[$0] == nil }) {
        fail("features", "no layer called '\(name)' ran; there ran \(seen.map { "'\($0)'" }.joined(separator: ", "))")
    }
    return (value, LayerOutputs(names: names, outputs: outputs))
}

/// Tells two observers, so that one inside of the other's does not hide the model from it.
private final class ChainedObserver: LayerObserver {
    private let inner: any LayerObserver
    private let outer: (any LayerObserver)?

    init(_ inner: any LayerObserver, _ outer: (any LayerObserver)?) {
        self.inner = inner
        self.outer = outer
    }

    var place: LayerPlace? { inner.place }

    func parameterWasRead(_ id: ObjectIdentifier) {
        inner.parameterWasRead(id)
        outer?.parameterWasRead(id)
    }

    func layerWillRun(_ layer: Any) {
        inner.layerWillRun(layer)
        outer?.layerWillRun(layer)
    }

    func layerDidRun(_ layer: Any, output: Tensor) {
        outer?.layerDidRun(layer, output: output)
        inner.layerDidRun(layer, output: output)
    }

    func enter(_ name: String, of container: Any) {
        inner.enter(name, of: container)
        outer?.enter(name, of: container)
    }

    func leave() {
        inner.leave()
        outer?.leave()
    }

    func playWillBegin(_ tape: Tape) { outer?.playWillBegin(tape) }
    func willPlay(_ node: Int, of tape: Tape) { outer?.willPlay(node, of: tape) }
    func playDidEnd(_ tape: Tape) { outer?.playDidEnd(tape) }
}
