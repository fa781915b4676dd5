import CotangentTensor

/// Two data sets one behind the other: see ``Dataset/concatenated(with:)``.
public struct ConcatenatedDataset<First: Dataset, Second: Dataset>: Dataset
where First.Batch == Samples, Second.Batch == Samples, First.Failure == Second.Failure {
    public typealias Failure = First.Failure

    private let first: First
    private let second: Second

    init(_ first: First, _ second: Second) {
        self.first = first
        self.second = second
    }

    public var count: Int { first.count + second.count }

    public func batch(_ indices: [Int]) throws(Failure) -> Samples {
        requireIndices("concatenated", indices, count)
        let border = first.count
        let (low, high) = (indices.filter { $0 < border }, indices.filter { $0 >= border }.map { $0 - border })
        if high.isEmpty { return try first.batch(low) }
        if low.isEmpty { return try second.batch(high) }
        let (a, b) = (try first.batch(low), try second.batch(high))
        guard a.x.dtype == b.x.dtype, a.y.dtype == b.y.dtype,
            a.x.shape.dropFirst().elementsEqual(b.x.shape.dropFirst()),
            a.y.shape.dropFirst().elementsEqual(b.y.shape.dropFirst())
        else {
            fail(
                "concatenated",
                "samples \(a.x.summary) and \(a.y.summary) beside \(b.x.summary) and \(b.y.summary): but for the first axes they must agree"
            )
        }
        // Where each sample of the batch lies among those of the first data set and then those of the second.
        var (lows, highs) = (0, low.count)
        let places = indices.map { index in
            if index < border {
                lows += 1
                return lows - 1
            }
            highs += 1
            return highs - 1
        }
        let order = Tensor(places)
        return Samples(x: gather(concatenate([a.x, b.x]), order), y: gather(concatenate([a.y, b.y]), order))
    }
}

extension Dataset where Batch == Samples {
    /// This data set's samples, and `other`'s behind them. Their shapes must agree but for the first axes.
    public func concatenated<Other: Dataset>(with other: Other) -> ConcatenatedDataset<Self, Other>
    where Other.Batch == Samples, Other.Failure == Failure {
        ConcatenatedDataset(self, other)
    }
}
