/// The batches of one epoch, some of them made ahead on a thread in the background.
///
/// ```swift
/// var batches = loader.batches(epoch: 0)
/// while let batch = try batches.next() { … }
/// ```
///
/// It can be dropped at any time: nothing waits, and the thread ends behind the batch that it is making. Copies share
/// one position. Where making batches cannot fail it is a sequence, for `for … in`.
public struct BatchIterator<Batch: Sendable, Failure: Error> {
    private let state: State

    /// Ends the background work when the last copy of the iterator goes.
    private final class State {
        let prefetcher: Prefetcher<Batch, Failure>
        /// A system that has no more threads is no reason not to train.
        let isAhead: Bool

        init(_ prefetch: Int, _ makeNext: sending @escaping () throws(Failure) -> Batch?) {
            prefetcher = Prefetcher(prefetch, makeNext)
            isAhead = prefetch > 0 && prefetcher.start()
        }

        deinit { prefetcher.cancel() }
    }

    /// - Parameters:
    ///   - prefetch: how many batches at most are made ahead.
    ///   - makeNext: gives one batch after the other and nil behind the last one. It is called on one thread at a time;
    ///     where it throws, it is called again for the batch behind.
    package init(prefetch: Int, _ makeNext: sending @escaping () throws(Failure) -> Batch?) {
        state = State(prefetch, makeNext)
    }

    /// The next batch, nil behind the last one.
    ///
    /// - Throws: what the data set threw for this batch. The call after gives the batch behind it.
    public mutating func next() throws(Failure) -> Batch? {
        try state.isAhead ? state.prefetcher.next() : state.prefetcher.makeNext()
    }
}

extension BatchIterator: Sequence where Failure == Never {
    // A type of its own: as the iterator itself, the generic error ends the compiler (Swift 6.3).
    public struct Iterator: IteratorProtocol {
        fileprivate var batches: BatchIterator
        public mutating func next() -> Batch? { batches.next() }
    }

    public func makeIterator() -> Iterator { Iterator(batches: self) }
}
