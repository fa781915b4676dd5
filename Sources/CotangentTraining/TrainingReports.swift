import CotangentNN

/// What a training run sets out to do.
public struct TrainingRun: Sendable {
    public var epochs: Int
    /// Steps of the optimizer in an epoch; nil where the data do not tell how many batches they have.
    public var stepsPerEpoch: Int?
    /// Where a resumed run goes on: how many steps were taken before. 0 for a fresh one.
    public var stepsBefore: Int
    /// The names of the figures taken in training beside the loss, and those taken in validation, which begin with "loss".
    public var metricNames: [String]
    public var validationNames: [String]
    public var model: any Module

    public init(
        epochs: Int, stepsPerEpoch: Int?, stepsBefore: Int = 0, metricNames: [String] = [],
        validationNames: [String] = [], model: any Module
    ) {
        self.epochs = epochs
        self.stepsPerEpoch = stepsPerEpoch
        self.stepsBefore = stepsBefore
        self.metricNames = metricNames
        self.validationNames = validationNames
        self.model = model
    }
}

/// One step of the optimizer.
public struct StepReport: Sendable, Equatable {
    /// From 1.
    public var epoch: Int
    /// From 1, over all epochs.
    public var step: Int
    /// From 1, within the epoch.
    public var stepOfEpoch: Int
    /// The mean loss of the step's samples, penalties included.
    public var loss: Double
    public var samples: Int
    public var learningRate: Double
    /// The gradients' common norm before clipping; nil where nobody asked for it.
    public var gradientNorm: Double?
    /// Since the step before ended, or the epoch began.
    public var seconds: Double

    public init(
        epoch: Int, step: Int, stepOfEpoch: Int, loss: Double, samples: Int, learningRate: Double,
        gradientNorm: Double? = nil, seconds: Double
    ) {
        self.epoch = epoch
        self.step = step
        self.stepOfEpoch = stepOfEpoch
        self.loss = loss
        self.samples = samples
        self.learningRate = learningRate
        self.gradientNorm = gradientNorm
        self.seconds = seconds
    }
}

/// A figure with its name.
public struct NamedValue: Sendable, Equatable, Codable {
    public var name: String
    public var value: Double

    public init(_ name: String, _ value: Double) {
        self.name = name
        self.value = value
    }
}

/// One epoch and its validation.
public struct EpochReport: Sendable, Equatable {
    /// From 1.
    public var epoch: Int
    /// Steps taken up to here, over all epochs.
    public var step: Int
    /// Over the epoch's samples as they were trained on, "loss" first.
    public var training: [NamedValue]
    /// Over the validation's samples, "loss" first; empty where there is none.
    public var validation: [NamedValue]
    /// Of the epoch's last step.
    public var learningRate: Double
    /// Of the epoch, validation included.
    public var seconds: Double
    /// Whether the figure that is watched is the best so far.
    public var isBest: Bool

    public init(
        epoch: Int, step: Int, training: [NamedValue], validation: [NamedValue] = [], learningRate: Double,
        seconds: Double, isBest: Bool = false
    ) {
        self.epoch = epoch
        self.step = step
        self.training = training
        self.validation = validation
        self.learningRate = learningRate
        self.seconds = seconds
        self.isBest = isBest
    }
}

/// Why a run ended.
public enum TrainingEnd: Sendable, Equatable {
    case allEpochs
    /// Validation got no better: the model has the weights of `bestEpoch`.
    case stoppedEarly(bestEpoch: Int)
    /// Ctrl-C, or ``Trainer/stop()``: the step was finished.
    case interrupted
    /// Something threw; the words of its error.
    case failed(String)
}

/// A run's epochs, in their order.
public struct History: Sendable, Equatable {
    public var epochs: [EpochReport] = []

    public init(epochs: [EpochReport] = []) { self.epochs = epochs }

    /// The figure called `name`, epoch by epoch, of training or of validation; empty where it was not taken.
    public func training(_ name: String) -> [Double] { values(name) { $0.training } }
    public func validation(_ name: String) -> [Double] { values(name) { $0.validation } }

    private func values(_ name: String, _ of: (EpochReport) -> [NamedValue]) -> [Double] {
        epochs.compactMap { epoch in of(epoch).first { $0.name == name }?.value }
    }
}
