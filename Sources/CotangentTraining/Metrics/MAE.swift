import CotangentTensor

/// The mean absolute error over all elements: Σ |ŷ − y| / number of elements. NaN without any.
///
/// Predictions and targets are those of ``MSE``.
public struct MAE: Metric {
    public var name = "mae"
    public var isBetterHigher: Bool { false }
    private var sum = RunningSum()

    public init() {}

    public mutating func update(_ predictions: Tensor, _ targets: Tensor) {
        forEachPair(name, predictions, targets) { _, prediction, target in sum.add(Swift.abs(prediction - target)) }
    }

    public var value: Double { sum.mean }

    public mutating func reset() { sum = RunningSum() }

    public var accumulated: [Double] {
        get { sum.accumulated }
        set { sum.accumulated = newValue }
    }
}
