import CotangentTensor

/// Samples and targets in batches: see ``batches(of:_:_:droppingLast:)``.
public struct Batches: Sequence, Sendable {
    private let x: Tensor
    private let y: Tensor
    private let size: Int
    /// nil for the samples' own order.
    private let order: Tensor?
    private let end: Int

    init(_ size: Int, _ x: Tensor, _ y: Tensor, _ order: Tensor?, droppingLast: Bool) {
        self.x = x
        self.y = y
        self.size = size
        self.order = order
        end = droppingLast ? x.shape[0] / size * size : x.shape[0]
    }

    /// How many batches there are.
    public var count: Int { (end + size - 1) / size }

    public struct Iterator: IteratorProtocol {
        let batches: Batches
        var start = 0

        public mutating func next() -> (x: Tensor, y: Tensor)? {
            guard start < batches.end else { return nil }
            let range = start..<Swift.min(start + batches.size, batches.end)
            start = range.upperBound
            guard let order = batches.order else { return (batches.x[range], batches.y[range]) }
            let picked = order[range]
            return (gather(batches.x, picked), gather(batches.y, picked))
        }
    }

    public func makeIterator() -> Iterator { Iterator(batches: self) }
}

/// The samples x and their targets y, indexed by their first axes, `size` at a time, in their order. The last batch has
/// what is left, or is dropped. Views: nothing is copied.
public func batches(of size: Int, _ x: Tensor, _ y: Tensor, droppingLast: Bool = false) -> Batches {
    requireSamples(size, x, y)
    return Batches(size, x, y, nil, droppingLast: droppingLast)
}

/// The same in random order, each sample once. The same generator gives the same order.
///
/// ```swift
/// for (x, y) in batches(of: 32, images, labels, shuffledBy: &generator) { … }
/// ```
public func batches(
    of size: Int, _ x: Tensor, _ y: Tensor, shuffledBy generator: inout PhiloxGenerator, droppingLast: Bool = false
) -> Batches {
    requireSamples(size, x, y)
    return Batches(size, x, y, Tensor.permutation(x.shape[0], using: &generator), droppingLast: droppingLast)
}

private func requireSamples(_ size: Int, _ x: Tensor, _ y: Tensor) {
    guard size > 0, x.rank > 0, y.rank > 0, x.shape[0] == y.shape[0] else {
        fail(
            "batches",
            "of \(size), \(x.summary) and \(y.summary): the size must be positive, the first axes equally long")
    }
}
