import CotangentTensor

/// Samples by number, which a ``DataLoader`` puts together into batches.
///
/// ```swift
/// struct Recordings: Dataset {
///     let paths: [String]
///     var count: Int { paths.count }
///     func batch(_ indices: [Int]) throws(RecordingError) -> Samples { … read paths[index] for each index … }
/// }
/// ```
///
/// A batch is made anew each time it is asked for, and on whatever thread: the same indices must give the same samples.
/// What a batch is, is the data set's choice: ``Samples`` for most, a struct of its own where there is more than x and y.
public protocol Dataset: Sendable {
    associatedtype Batch: Sendable
    /// What can go wrong as samples are read; `Never` where they are in memory. It should name the sample, by its file
    /// or its number.
    associatedtype Failure: Error

    /// How many samples there are.
    var count: Int { get }

    /// The samples of these numbers, in this order. Each number is within 0..<count; one may be there twice.
    func batch(_ indices: [Int]) throws(Failure) -> Batch
}

/// Some samples and their targets, indexed by their first axes.
public struct Samples: Sendable, Equatable {
    /// [samples, …]
    public var x: Tensor
    /// [samples, …]: class labels (int64 [samples]) or measurements.
    public var y: Tensor

    public init(x: Tensor, y: Tensor) {
        self.x = x
        self.y = y
        guard x.rank > 0, y.rank > 0, x.shape[0] == y.shape[0] else {
            fail("Samples", "x is \(x.summary) and y \(y.summary): the first axes must be equally long")
        }
    }

    /// How many samples there are.
    public var count: Int { x.shape[0] }
}

/// Checks what a data set is asked for: a number outside is a programmer's error.
func requireIndices(_ name: String, _ indices: [Int], _ count: Int) {
    if let place = indices.firstIndex(where: { !(0..<count).contains($0) }) {
        fail(name, "sample \(indices[place]) (the \(place)th of \(indices.count)) is not within 0..<\(count)")
    }
}
