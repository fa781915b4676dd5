/// A run of a model on shapes alone: operations check what they are given and give results that have a shape and no
/// values. The first problem is kept instead of ending the process.
package final class AbstractRun {
    package private(set) var problem: (message: String, parameter: ObjectIdentifier?)?
    /// The parameter that was read last: it tells which layer is at work.
    var lastParameter: ObjectIdentifier?

    package init() {}

    @inline(__always)
    static var current: AbstractRun? { Scope.current?.abstractRun }

    @inline(__always)
    package static var isActive: Bool { Scope.current?.abstractRun != nil }

    func note(_ message: String) {
        if problem == nil { problem = (message, lastParameter) }
    }

    /// Runs `body` on shapes alone.
    package func run<R>(mode: Mode = .inference, observer: LayerObserver? = nil, _ body: () throws -> R) rethrows -> R {
        try Tape.with(nil) {
            try Scope.run(
                mode: mode,
                configure: {
                    $0.abstractRun = self
                    if let observer { $0.observer = observer }
                }
            ) { _ in try body() }
        }
    }
}
