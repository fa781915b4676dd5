/// A run of a model on shapes alone: operations check what they are given and give results that have a shape and no
/// values. The first problem is kept instead of ending the process.
package final class AbstractRun {
    /// The first problem, and where in the model it arose, as far as the observer knows.
    package private(set) var problem: (message: String, place: LayerPlace?)?

    package init() {}

    @inline(__always)
    static var current: AbstractRun? { Scope.current?.abstractRun }

    @inline(__always)
    package static var isActive: Bool { Scope.current?.abstractRun != nil }

    @inline(never)
    func note(_ message: String) {
        if problem == nil { problem = (message, Scope.current?.observer?.place) }
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
