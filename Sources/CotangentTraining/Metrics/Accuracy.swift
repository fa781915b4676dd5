import CotangentTensor

/// The share of samples whose class was found.
///
/// Logits [..., classes] with int64 labels [...]: the largest decides, the first of equals. Or one logit for each
/// target of 0 or 1, which says 1 where it is above `threshold`: 0 of logits, 0.5 of probabilities. NaN without
/// samples.
public struct Accuracy: Metric {
    public var name = "accuracy"
    public var isBetterHigher: Bool { true }
    public private(set) var correct = 0
    public private(set) var count = 0
    private let threshold: Double
    private let ignoring: Int

    /// Samples with the label `ignoring` do not count, as for
    /// ``crossEntropy(_:_:ignoring:classWeights:labelSmoothing:reduction:)``.
    public init(threshold: Double = 0, ignoring: Int = -100) {
        self.threshold = threshold
        self.ignoring = ignoring
    }

    public mutating func update(_ predictions: Tensor, _ targets: Tensor) {
        let decisions = Decisions(name, predictions, targets, threshold: threshold, ignoring: ignoring)
        correct += zip(decisions.predicted, decisions.actual).count { $0 == $1 }
        count += decisions.actual.count
    }

    public var value: Double { count == 0 ? .nan : Double(correct) / Double(count) }

    public mutating func reset() { (correct, count) = (0, 0) }

    public var accumulated: [Double] {
        get { [Double(correct), Double(count)] }
        set { if let counts = wholeNumbers(newValue), counts.count == 2 { (correct, count) = (counts[0], counts[1]) } }
    }
}
