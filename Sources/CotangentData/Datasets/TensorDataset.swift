import CotangentTensor

/// Samples that are tensors already: in memory, or mapped from a file larger than that.
///
/// ```swift
/// let digits = TensorDataset(try table.tensor(excluding: ["label"]), try table.labels("label"))
/// ```
public struct TensorDataset: Dataset {
    public typealias Failure = Never

    /// [samples, …]
    public let x: Tensor
    /// [samples, …]
    public let y: Tensor

    /// - Parameters:
    ///   - x: [samples, …]
    ///   - y: [samples, …], of the same number of samples.
    public init(_ x: Tensor, _ y: Tensor) {
        guard x.rank > 0, y.rank > 0, x.shape[0] == y.shape[0] else {
            fail("TensorDataset", "x is \(x.summary) and y \(y.summary): the first axes must be equally long")
        }
        self.x = x.detached
        self.y = y.detached
    }

    public init(_ samples: Samples) { self.init(samples.x, samples.y) }

    public var count: Int { x.shape[0] }

    /// All samples.
    public var samples: Samples { Samples(x: x, y: y) }

    /// A copy of these samples, so that pages of a mapped file are read here and not where the batch is used.
    public func batch(_ indices: [Int]) -> Samples {
        requireIndices("TensorDataset", indices, count)
        let places = Tensor(indices)
        return Samples(x: gather(x, places), y: gather(y, places))
    }
}
