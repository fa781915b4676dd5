import CotangentData
import CotangentNN
import CotangentTensor

/// Trains a model: epochs, validation, metrics, schedules, early stopping, resuming.
///
/// ```swift
/// let trainer = Trainer(model, Adam(model), loss: { crossEntropy($0, $1) })
/// trainer.metrics = [Accuracy()]
/// trainer.schedule = .warmUp(steps: 100).then(.cosine(steps: 900))
/// trainer.earlyStopping = EarlyStopping(patience: 10)
/// let history = try trainer.fit(loader, validation: validationLoader, epochs: 50)
/// ```
///
/// It does what a loop of ten lines does and what one adds to it in time; where a step is something else, such as a
/// generator and a discriminator taking turns, write the loop. Used on one thread.
///
/// Several optimizers each change their own parameters, all in every step.
public final class Trainer<M: Module, Batch: TrainingBatch> {
    public let model: M
    public let optimizers: [any Optimizer]

    /// Factors for the learning rates of all groups of all optimizers. While a step is taken they are multiplied by it;
    /// between steps the optimizers have their own.
    public var schedule: LearningRateSchedule?
    /// A further factor. It watches what early stopping watches.
    public var plateau: ReduceOnPlateau?
    /// Added to the loss of a batch in training, and to no validation's.
    public var penalty: Penalty?
    public var clipping: GradientClipping?
    /// Whether the gradients' norm is reported where no clipping by norm needs it.
    public var measuresGradientNorm = false
    /// How many batches make one step. Its gradient is that of their samples' mean loss, as if they were one batch;
    /// only layers that look at the whole batch, such as batch normalisation, see the difference. What is left at the
    /// end of an epoch makes a step of its own.
    public var accumulation = 1
    /// Validation measures the averaged weights, and at the end of a whole run the model gets them.
    public var averaging: ExponentialMovingAverage?
    public var earlyStopping: EarlyStopping?
    /// Figures beside the loss, of validation, and of training where loss and predictions come from one pass.
    public var metrics: [any Metric] = []
    public var callbacks: [any TrainingCallback] = []
    /// Whether each step runs in ``detectingAnomalies(in:_:)``, which tells where a NaN or an infinity arose. Slow.
    public var detectsAnomalies = false
    /// Ends the run behind the step at work: can be sent to other threads and to signals' handlers.
    public let stopSignal = StopSignal()

    /// Saves the run as it goes: ``resume()`` goes on from the latest.
    public var checkpoints: Checkpoints?
    /// Called wherever a checkpoint may be made, while ``state``, model and optimizers agree. What it throws ends the run.
    package var checkpointing: ((CheckpointMoment) throws -> Void)?

    let forward: (M, Batch, _ wantsPredictions: Bool) throws -> ForwardPass
    /// Whether training's pass gives predictions as well.
    let isOnePass: Bool
    let givesPredictions: Bool
    var progress: TrainerState
    /// What the penalty chooses, found when a run begins.
    var penalized: [Parameter] = []
    /// Of the epoch at work.
    var trainingMetrics: [any Metric] = []

    init(
        _ model: M, _ optimizers: [any Optimizer], _ seed: UInt64, isOnePass: Bool, givesPredictions: Bool,
        _ forward: @escaping (M, Batch, Bool) throws -> ForwardPass
    ) {
        var seen: Set<ObjectIdentifier> = []
        for parameter in optimizers.flatMap(\.groups).flatMap(\.parameters)
        where !seen.insert(ObjectIdentifier(parameter)).inserted {
            fail("Trainer", "a parameter of shape \(parameter.shape) is in two optimizers")
        }
        guard !optimizers.isEmpty else { fail("Trainer", "it needs an optimizer") }
        self.model = model
        self.optimizers = optimizers
        self.isOnePass = isOnePass
        self.givesPredictions = givesPredictions
        self.forward = forward
        progress = TrainerState(seed: seed)
    }

    /// - Parameters:
    ///   - optimizers: one or several.
    ///   - seed: of the random numbers that layers draw in training. Each batch has its own, so that a run which is
    ///     resumed draws the same.
    ///   - loss: the mean loss of a batch's samples, one element.
    ///   - predict: predictions and targets of a batch, which metrics and ``predict(_:)`` need. It is called in
    ///     validation alone.
    public convenience init(
        _ model: M, _ optimizers: any Optimizer..., seed: UInt64 = 0, loss: @escaping (M, Batch) throws -> Tensor,
        predict: ((M, Batch) throws -> (predictions: Tensor, targets: Tensor))? = nil
    ) {
        self.init(model, optimizers, seed, isOnePass: false, givesPredictions: predict != nil) { model, batch, wanted in
            let pair = wanted ? try predict?(model, batch) : nil
            return ForwardPass(loss: try loss(model, batch), predictions: pair?.predictions, targets: pair?.targets)
        }
    }

    /// - Parameter forward: loss, predictions and targets of a batch from one pass, so that metrics are taken in
    ///   training as well.
    public convenience init(
        _ model: M, _ optimizers: any Optimizer..., seed: UInt64 = 0,
        forward: @escaping (M, Batch) throws -> (loss: Tensor, predictions: Tensor, targets: Tensor)
    ) {
        self.init(model, optimizers, seed, isOnePass: true, givesPredictions: true) { model, batch, _ in
            let (loss, predictions, targets) = try forward(model, batch)
            return ForwardPass(loss: loss, predictions: predictions, targets: targets)
        }
    }

    /// Ends the run behind the step at work. It can be called by callbacks; other threads use ``stopSignal``.
    public func stop() { stopSignal.request() }

    /// Where the run stands.
    public var state: TrainerState {
        var state = progress
        for (key, metric) in zip(trainingMetrics.keys, trainingMetrics) { state.metrics[key] = metric.accumulated }
        state.plateau = plateau?.state
        state.average = averaging?.averages
        state.averageCount = averaging?.count ?? 0
        return state
    }

    /// Goes back to where a run stood: ``fit(_:epochs:)`` goes on from there, in the middle of an epoch too. The
    /// trainer must be set up as it was; model and optimizers are restored apart from it.
    ///
    /// - Throws: ``TrainingError``, where the state does not fit. Then nothing has been changed.
    public func restore(_ state: TrainerState) throws(TrainingError) {
        guard (state.plateau == nil) == (plateau == nil) else {
            throw TrainingError(.state("one of them has a plateau schedule, the other not"))
        }
        guard (state.average == nil) == (averaging == nil) else {
            throw TrainingError(.state("one of them averages weights, the other not"))
        }
        for (key, metric) in isOnePass ? Array(zip(metrics.keys, metrics)) : [] {
            var metric = metric
            metric.reset()
            guard let numbers = state.metrics[key] else { continue }
            metric.accumulated = numbers
            guard metric.accumulated.elementsEqual(numbers, by: { $0 == $1 || ($0.isNaN && $1.isNaN) }) else {
                throw TrainingError(.state("\(key) cannot go on from \(numbers.count) numbers"))
            }
        }
        if let average = state.average, let problem = averaging!.restore(average, count: state.averageCount) {
            throw TrainingError(.state(problem))
        }
        progress = state
        if let state = state.plateau { plateau!.state = state }
        beginMetrics()
    }
}

extension Trainer where M: Layer, Batch == Samples {
    /// - Parameter loss: the mean loss of what the model gives for x, and y: `{ crossEntropy($0, $1) }`. Loss and
    ///   metrics share one pass.
    public convenience init(
        _ model: M, _ optimizers: any Optimizer..., seed: UInt64 = 0,
        loss: @escaping (_ predictions: Tensor, _ targets: Tensor) throws -> Tensor
    ) {
        self.init(model, optimizers, seed, isOnePass: true, givesPredictions: true) { model, batch, _ in
            let predictions = model(batch.x)
            return ForwardPass(loss: try loss(predictions, batch.y), predictions: predictions, targets: batch.y)
        }
    }

    /// - Parameter loss: the mean loss of a batch's samples, one element. Predictions are `model(batch.x)`, taken in
    ///   validation alone.
    public convenience init(
        _ model: M, _ optimizers: any Optimizer..., seed: UInt64 = 0, loss: @escaping (M, Samples) throws -> Tensor
    ) {
        self.init(model, optimizers, seed, isOnePass: false, givesPredictions: true) { model, batch, wanted in
            ForwardPass(
                loss: try loss(model, batch), predictions: wanted ? model(batch.x) : nil,
                targets: wanted ? batch.y : nil)
        }
    }
}

/// What the model made of a batch.
struct ForwardPass {
    var loss: Tensor
    var predictions: Tensor?
    var targets: Tensor?
}

/// When a checkpoint may be made.
package enum CheckpointMoment: Sendable, Equatable {
    case step
    case epoch(isBest: Bool)
    /// The run ends, not by an error; the model still has the weights with which it would go on.
    case end(TrainingEnd)
}

extension [any Metric] {
    /// Their names; where one is there before, with a number behind it: accuracy has a confusion matrix as well.
    var keys: [String] {
        indices.map { index in
            let before = self[..<index].count { $0.name == self[index].name }
            return before == 0 ? self[index].name : "\(self[index].name) \(before + 1)"
        }
    }
}
