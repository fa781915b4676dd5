/// A run that cannot go on.
public struct TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Reason: Sendable, Equatable {
        /// The loss became this: NaN or an infinity.
        case loss(Double)
        /// The gradients' norm did.
        case gradientNorm(Double)
        /// A checkpoint's state does not fit this trainer.
        case state(String)
    }

    public let reason: Reason
    /// From 1. 0 where it is no matter of a step.
    public let epoch: Int
    /// From 1, over all epochs. The step was not taken.
    public let step: Int
    public let learningRate: Double

    init(_ reason: Reason, epoch: Int = 0, step: Int = 0, learningRate: Double = 0) {
        self.reason = reason
        self.epoch = epoch
        self.step = step
        self.learningRate = learningRate
    }

    public var description: String {
        let what: String
        switch reason {
        case .state(let problem): return "the state does not fit the trainer: \(problem)"
        case .loss(let value): what = "the loss is \(Self.text(value))"
        case .gradientNorm(let value): what = "the gradients' norm is \(Self.text(value))"
        }
        return
            "epoch \(epoch), step \(step), learning rate \(learningRate): \(what). Parameters are as they were before this step. `trainer.detectsAnomalies = true`, or detectingAnomalies(in:) around a loop of your own, names the operation and the layer it came from; a lower learning rate, a warm-up or clipping often helps"
    }

    /// A NaN's sign says nothing.
    private static func text(_ value: Double) -> String { value.isNaN ? "nan" : "\(value)" }
}
