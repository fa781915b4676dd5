/// A data set whose batches are made into others: see ``Dataset/mapped(_:)``.
public struct MappedDataset<Source: Dataset, Batch: Sendable>: Dataset {
    public typealias Failure = Source.Failure

    private let source: Source
    private let transform: @Sendable (Source.Batch) throws(Failure) -> Batch

    init(_ source: Source, _ transform: @escaping @Sendable (Source.Batch) throws(Failure) -> Batch) {
        self.source = source
        self.transform = transform
    }

    public var count: Int { source.count }

    public func batch(_ indices: [Int]) throws(Failure) -> Batch { try transform(source.batch(indices)) }
}

extension Dataset {
    /// The same samples with `transform` applied to each batch, each time it is made. What is random goes into the
    /// loader's transform, which has a generator; what takes long is better done once.
    ///
    /// ```swift
    /// let scaled = images.mapped { Samples(x: $0.x / 255, y: $0.y) }
    /// ```
    public func mapped<NewBatch: Sendable>(
        _ transform: @escaping @Sendable (Batch) throws(Failure) -> NewBatch
    ) -> MappedDataset<Self, NewBatch> {
        MappedDataset(self, transform)
    }
}
