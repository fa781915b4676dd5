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
        let makeNext: () throws(Failure) -> Batch?
        let prefetcher: Prefetcher<Batch, Failure>?

        init(_ prefetch: Int, _ makeNext: sending @escaping () throws(Failure) -> Batch?) {
            let prefetcher = prefetch > 0 ? Prefetcher(prefetch, makeNext) : nil
            // A system that has no more threads is no reason not to train.
            self.prefetcher = prefetcher?.start() == true ? prefetcher : nil
            self.makeNext = makeNext
        }

        deinit { prefetcher?.cancel() }
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
        if let prefetcher = state.prefetcher { return try prefetcher.next() }
        return try state.makeNext()
    }
}

extension BatchIterator: Sequence, IteratorProtocol where Failure == Never {
    public typealias Element = Batch
}
