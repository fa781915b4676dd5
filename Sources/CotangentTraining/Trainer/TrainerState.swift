import CotangentNN
import CotangentTensor

/// Where a run stands: plain values, with which ``Trainer/restore(_:)`` goes on to the same bits, given the model's
/// snapshot and the optimizers' states of the same moment.
public struct TrainerState: Sendable, Equatable {
    /// The key of the random numbers that layers draw in training.
    public var seed: UInt64
    /// Epochs that were finished.
    public var epoch = 0
    /// Batches of the epoch at work that were trained on.
    public var batch = 0
    /// Steps of the optimizers, over all epochs.
    public var step = 0
    /// Batches that were trained on, over all epochs: the number of the next one's random numbers.
    public var batchesTaken = 0
    /// Of the epoch at work: the sum of the samples' losses, their number, and the time.
    public var lossSum = 0.0
    public var samples = 0
    public var seconds = 0.0
    /// Of the epoch at work: what each metric has taken in, by its name; a second one of a name has " 2" behind it.
    public var metrics: [String: [Double]] = [:]
    /// Of the last step.
    public var learningRate = 0.0
    /// The best figure so far and its epoch, from 1; nil before the first.
    public var best: Double?
    public var bestEpoch = 0
    public var epochsWithoutBetter = 0
    /// Where early stopping is to put them back.
    public var bestWeights: Snapshot?
    public var plateau: ReduceOnPlateau.State?
    /// The averaged parameters, and the number of updates that they have seen.
    public var average: Snapshot?
    public var averageCount = 0
    public var history = History()

    public init(seed: UInt64) { self.seed = seed }
}
