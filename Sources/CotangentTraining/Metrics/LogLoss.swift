import CotangentNN
import CotangentTensor

/// The mean cross-entropy in natural units, −log p(label), over all samples: the loss without weights and penalties.
///
/// Predictions and targets are those of ``Accuracy``, but not classes. In float64, added up in the order of the
/// samples, so the value does not depend on the batches. NaN without samples.
public struct LogLoss: Metric {
    public var name = "log_loss"
    public var isBetterHigher: Bool { false }
    private let ignoring: Int
    private var sum = RunningSum()

    /// Samples with the label `ignoring` do not count.
    public init(ignoring: Int = -100) { self.ignoring = ignoring }

    public mutating func update(_ predictions: Tensor, _ targets: Tensor) {
        let form = PredictionForm(name, predictions, targets)
        let labels = form.labels(name, targets, ignoring)
        let x = predictions.detached.cast(to: .float64)
        let losses: Tensor
        switch form {
        case .logits: losses = crossEntropy(x, targets, ignoring: ignoring, reduction: .none)
        case .binary:
            // −log sigmoid(x) = softplus(−x), and of the other class softplus(x).
            losses = softplus(x.reshaped(labels.count) * Tensor(labels.map { $0 == 1 ? -1.0 : 1 }))
        case .classes: fail(name, "the predictions are classes, \(predictions.summary): logits are needed")
        }
        for (label, loss) in zip(labels, losses.doubles) where label != ignoring { sum.add(loss) }
    }

    public var value: Double { sum.mean }

    public mutating func reset() { sum = RunningSum() }

    public var accumulated: [Double] {
        get { sum.accumulated }
        set { sum.accumulated = newValue }
    }
}
