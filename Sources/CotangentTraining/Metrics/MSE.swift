import CotangentTensor

/// The mean squared error over all elements: Σ (ŷ − y)² / number of elements. NaN without any.
///
/// Predictions and targets are alike, floating point of any shape. Sums are in float64, in the order of the elements,
/// so the value does not depend on the batches.
public struct MSE: Metric {
    public var name = "mse"
    public var isBetterHigher: Bool { false }
    private var sum = RunningSum()

    public init() {}

    public mutating func update(_ predictions: Tensor, _ targets: Tensor) {
        forEachPair(name, predictions, targets) { _, prediction, target in
            sum.add((prediction - target) * (prediction - target))
        }
    }

    public var value: Double { sum.mean }

    public mutating func reset() { sum = RunningSum() }

    public var accumulated: [Double] {
        get { sum.accumulated }
        set { sum.accumulated = newValue }
    }
}

/// The elements of predictions and targets, in their order; traps where these are not alike.
func forEachPair(
    _ name: String, _ predictions: Tensor, _ targets: Tensor, _ body: (_ index: Int, Double, Double) -> Void
) {
    guard predictions.shape == targets.shape, predictions.dtype == targets.dtype, predictions.dtype.isFloatingPoint
    else {
        fail(
            name,
            "the predictions are \(predictions.summary), the targets \(targets.summary): they must be alike, in floating point"
        )
    }
    for (index, pair) in zip(predictions.doubles, targets.doubles).enumerated() { body(index, pair.0, pair.1) }
}
