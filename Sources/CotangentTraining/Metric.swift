import CotangentTensor

/// A figure over all samples of an epoch, taken in batch by batch.
public protocol Metric: Sendable {
    /// What logs and tables call it: "accuracy".
    var name: String { get }
    /// Whether more is better.
    var isBetterHigher: Bool { get }
    /// Takes in a batch: what the model gave (for classes: logits [batch, classes]) and what was wanted (for classes:
    /// int64 [batch]).
    mutating func update(_ predictions: Tensor, _ targets: Tensor)
    /// Over everything taken in since ``reset()``; NaN where that is nothing.
    var value: Double { get }
    mutating func reset()
    /// What was taken in since ``reset()``, as numbers, so that a run which is resumed in the middle of an epoch tells the
    /// same figure. Without it the figure of such an epoch is over what came after.
    var accumulated: [Double] { get set }
}

extension Metric {
    public var accumulated: [Double] {
        get { [] }
        set {}
    }
}
