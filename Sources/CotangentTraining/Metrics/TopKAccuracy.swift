import CotangentTensor

/// The share of samples whose class is among the k with the largest logits: [..., classes] with int64 labels [...].
///
/// Of equal logits the later class ranks first, as in scikit-learn's `top_k_accuracy_score`; where the largest are
/// equal, k = 1 thus differs from ``Accuracy``. NaN ranks above all numbers, and finds nothing. With k at or above the
/// number of classes it is 1 but for NaN. NaN without samples.
public struct TopKAccuracy: Metric {
    public var name: String
    public var isBetterHigher: Bool { true }
    public let k: Int
    public private(set) var correct = 0
    public private(set) var count = 0
    private let ignoring: Int

    /// Samples with the label `ignoring` do not count.
    public init(_ k: Int, ignoring: Int = -100) {
        if k < 1 { fail("TopKAccuracy", "k is \(k), and must be 1 or more") }
        name = "top_\(k)_accuracy"
        self.k = k
        self.ignoring = ignoring
    }

    public mutating func update(_ predictions: Tensor, _ targets: Tensor) {
        let form = PredictionForm(name, predictions, targets)
        guard case .logits(let classes) = form else {
            fail(
                name,
                "predictions are \(predictions.summary), targets \(targets.summary): logits [..., classes] are expected, with int64 [...]"
            )
        }
        let labels = form.labels(name, targets, ignoring)
        let scores = predictions.doubles
        for (row, label) in labels.enumerated() where label != ignoring {
            count += 1
            if isFound(label, scores[row * classes..<(row + 1) * classes]) { correct += 1 }
        }
    }

    private func isFound(_ label: Int, _ scores: ArraySlice<Double>) -> Bool {
        let own = scores[scores.startIndex + label]
        if own.isNaN { return false }
        var above = 0
        for (index, score) in scores.enumerated() where index != label {
            if score > own || score.isNaN || (score == own && index > label) { above += 1 }
        }
        return above < k
    }

    public var value: Double { count == 0 ? .nan : Double(correct) / Double(count) }

    public mutating func reset() { (correct, count) = (0, 0) }

    public var accumulated: [Double] {
        get { [Double(correct), Double(count)] }
        set { if let counts = wholeNumbers(newValue), counts.count == 2 { (correct, count) = (counts[0], counts[1]) } }
    }
}
