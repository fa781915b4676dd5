import CotangentTensor

/// The root of the mean squared error, in the targets' unit: √(Σ (ŷ − y)² / number of elements). NaN without any.
///
/// Predictions and targets are those of ``MSE``.
public struct RMSE: Metric {
    public var name = "rmse"
    public var isBetterHigher: Bool { false }
    private var squares = MSE()

    public init() {}

    public mutating func update(_ predictions: Tensor, _ targets: Tensor) { squares.update(predictions, targets) }

    public var value: Double { squares.value.squareRoot() }

    public mutating func reset() { squares.reset() }

    public var accumulated: [Double] {
        get { squares.accumulated }
        set { squares.accumulated = newValue }
    }
}
