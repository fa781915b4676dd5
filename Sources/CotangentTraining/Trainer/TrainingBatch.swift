import CotangentData

/// A batch that tells how many samples it has, so that means over an epoch are exact.
public protocol TrainingBatch: Sendable {
    var count: Int { get }
}

extension Samples: TrainingBatch {}

extension PaddedBatch: TrainingBatch {
    /// How many sequences there are.
    public var count: Int { lengths.count }
}
