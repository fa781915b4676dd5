import Synchronization

/// Asks a run to end behind the step at work. It can be sent to other threads, and set in a signal's handler.
public final class StopSignal: Sendable {
    private let flag = Atomic(false)

    public init() {}

    public func request() { flag.store(true, ordering: .releasing) }
    public var isRequested: Bool { flag.load(ordering: .acquiring) }
    func clear() { flag.store(false, ordering: .releasing) }
}
