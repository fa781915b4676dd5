/// Makes batches on a thread of its own, at most `capacity` of them ahead.
///
/// The thread waits for room before it makes a batch, so that no more than asked for are in memory. It refers to this
/// object alone and never to the iterator, whose end is what cancels it.
final class Prefetcher<Batch: Sendable, Failure: Error>: @unchecked Sendable {
    private let capacity: Int
    /// Called by the background thread alone, or by the iterator where there is none.
    let makeNext: () throws(Failure) -> Batch?
    private let monitor = Monitor()
    // Used with the monitor held.
    private var ready: [Result<Batch, Failure>] = []
    private var isCancelled = false
    private var hasEnded = false

    init(_ capacity: Int, _ makeNext: sending @escaping () throws(Failure) -> Batch?) {
        self.capacity = capacity
        self.makeNext = makeNext
    }

    /// Whether there is a thread now.
    func start() -> Bool { startThread { self.run() } }

    func next() throws(Failure) -> Batch? {
        monitor.enter()
        while ready.isEmpty && !hasEnded { monitor.wait() }
        let batch = ready.isEmpty ? nil : ready.removeFirst()
        monitor.wake()
        monitor.leave()
        return try batch?.get()
    }

    func cancel() {
        monitor.enter()
        isCancelled = true
        let dropped = ready
        ready = []
        monitor.wake()
        monitor.leave()
        // Released here, outside.
        withExtendedLifetime(dropped) {}
    }

    private func run() {
        while true {
            monitor.enter()
            while ready.count >= capacity && !isCancelled { monitor.wait() }
            let goesOn = !isCancelled
            monitor.leave()
            guard goesOn else { return }

            let result: Result<Batch, Failure>?
            do throws(Failure) { result = try makeNext().map { .success($0) } } catch { result = .failure(error) }

            monitor.enter()
            if let result { if !isCancelled { ready.append(result) } } else { hasEnded = true }
            monitor.wake()
            monitor.leave()
            if result == nil { return }
        }
    }
}
