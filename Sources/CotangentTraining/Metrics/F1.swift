import CotangentTensor

/// The harmonic mean of precision and recall: 2 true positives / (2 true positives + false positives + false
/// negatives).
///
/// Predictions and targets are those of ``Accuracy``. Of a class that occurs nowhere the figure is 0/0, which counts as
/// 0 as scikit-learn's `zero_division=0` says. NaN without samples.
public struct F1: Metric {
    public var name: String
    public var isBetterHigher: Bool { true }
    private let average: ClassAverage?
    private let threshold: Double
    private let ignoring: Int
    private var counts = ClassCounts()

    /// - Parameters:
    ///   - average: how the classes' figures become one; by default that of class 1 where there are two classes, and
    ///     the mean of all where there are more.
    ///   - threshold: above it one logit says class 1: 0 for logits, 0.5 for probabilities.
    ///   - ignoring: samples with this label do not count.
    public init(_ average: ClassAverage? = nil, threshold: Double = 0, ignoring: Int = -100) {
        name = average.map { "f1_\($0.rawValue)" } ?? "f1"
        self.average = average
        self.threshold = threshold
        self.ignoring = ignoring
    }

    public mutating func update(_ predictions: Tensor, _ targets: Tensor) {
        counts.add(name, Decisions(name, predictions, targets, threshold: threshold, ignoring: ignoring))
    }

    public var value: Double { counts.average(name, average, Self.figure) }

    /// That of each class.
    public var perClass: [Double] { counts.perClass(Self.figure) }

    public mutating func reset() { counts = ClassCounts() }

    public var accumulated: [Double] {
        get { counts.accumulated }
        set { counts.accumulated = newValue }
    }

    private static func figure(found: Int, predicted: Int, actual: Int) -> Double {
        fraction(2 * found, predicted + actual)
    }
}
