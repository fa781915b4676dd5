import CotangentTensor

/// A figure of each class, and one of them all: ``Precision``, ``Recall``, ``F1`` and
/// ``IntersectionOverUnion``.
///
/// Predictions and targets are those of ``Accuracy``. A figure that is 0/0 counts as 0, as scikit-learn's
/// `zero_division=0` says. NaN without samples.
public struct ClassMetric<Figure: ClassFigure>: Metric {
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
        name = Figure.name + (average.map { "_\($0.rawValue)" } ?? "")
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
        let (part, whole) = Figure.ratio(found: found, predicted: predicted, actual: actual)
        return fraction(part, whole)
    }
}

/// What ``ClassMetric``s differ in: a ratio of how often a class was found, predicted and there.
public protocol ClassFigure: Sendable {
    /// What logs and tables call it, without the average.
    static var name: String { get }
    static func ratio(found: Int, predicted: Int, actual: Int) -> (part: Int, whole: Int)
}
