/// Some samples of a data set, in an order of their own: see ``Dataset/subset(_:)``.
public struct Subset<Source: Dataset>: Dataset {
    public let source: Source
    /// Of each sample its number in the source.
    public let indices: [Int]

    init(_ source: Source, _ indices: [Int]) {
        requireIndices("subset", indices, source.count)
        self.source = source
        self.indices = indices
    }

    public var count: Int { indices.count }

    public func batch(_ indices: [Int]) throws(Source.Failure) -> Source.Batch {
        requireIndices("subset", indices, count)
        return try source.batch(indices.map { self.indices[$0] })
    }
}

extension Dataset {
    /// The samples of these numbers, in this order, without a copy. One may be there twice: a class that is rare can be
    /// drawn more often so.
    public func subset(_ indices: [Int]) -> Subset<Self> { Subset(self, indices) }
}

extension Subset where Source == TensorDataset {
    /// All samples: a copy.
    public var samples: Samples { source.batch(indices) }
}
