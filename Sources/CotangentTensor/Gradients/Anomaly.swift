/// The first NaN or infinity of a run: where it arose.
public struct AnomalyError: Error, Sendable, CustomStringConvertible {
    public enum Pass: String, Sendable { case forward, backward }

    public let pass: Pass
    /// The operation whose result (its pullback's, backward) first held a NaN or an infinity.
    public let operation: String
    /// The layer at work, by its name in the model, where it is known: the one whose parameter was read last.
    public let layer: String?
    /// Whether what the operation was given held one already, so that it came from the data or a parameter.
    public let cameFromInput: Bool

    public var description: String {
        let place = layer.map { " in or after layer '\($0)'" } ?? ""
        let cause =
            cameFromInput ? "it was given one already (look at the data and the parameters)" : "its inputs were finite"
        return "\(pass) pass: the operation '\(operation)'\(place) first gave a NaN or an infinity; \(cause)"
    }
}

/// Looks at every recorded operation's result while it is in force.
package final class AnomalyLog {
    private var first: (pass: AnomalyError.Pass, operation: String, parameter: ObjectIdentifier?, fromInput: Bool)?
    var lastParameter: ObjectIdentifier?

    package init() {}

    @inline(__always)
    static var current: AnomalyLog? { Scope.current?.anomalies }

    func checkForward(_ name: StaticString, _ value: Tensor, _ a: Tensor?, _ b: Tensor?) {
        guard first == nil, value.hasNonFinite else { return }
        let fromInput = [a, b].contains { $0?.hasNonFinite == true }
        first = (.forward, name.description, lastParameter, fromInput)
    }

    /// An operation of many inputs reports its result first, then its inputs.
    func checkInput(_ input: Tensor, of name: StaticString) {
        if let found = first, found.operation == name.description, !found.fromInput, input.hasNonFinite {
            first?.fromInput = true
        }
    }

    func checkBackward(_ name: StaticString, _ dy: Tensor, _ a: Tensor?, _ b: Tensor? = nil) {
        guard first == nil, [a, b].contains(where: { $0?.hasNonFinite == true }) else { return }
        first = (.backward, name.description, nil, dy.hasNonFinite)
    }

    package func error(names: [ObjectIdentifier: String]) -> AnomalyError? {
        first.map {
            AnomalyError(
                pass: $0.pass, operation: $0.operation, layer: $0.parameter.flatMap { names[$0] },
                cameFromInput: $0.fromInput)
        }
    }

    /// Runs `body` and throws where a recorded operation gave a NaN or an infinity.
    package static func watching<R>(names: [ObjectIdentifier: String], _ body: () throws -> R) throws -> R {
        let log = AnomalyLog()
        let result = try Scope.run(configure: { $0.anomalies = log }) { _ in try body() }
        if let error = log.error(names: names) { throw error }
        return result
    }
}

/// Runs `body`, which takes gradients, and looks at the result of each recorded operation, forward and backward;
/// throws ``AnomalyError`` for the first that holds a NaN or an infinity. It slows the run: for finding, not for
/// production.
public func detectingAnomalies<R>(_ body: () throws -> R) throws -> R { try AnomalyLog.watching(names: [:], body) }
