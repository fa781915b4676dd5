import CotangentTensor

/// The area under the receiver operating characteristic: how likely a sample of the class scores above one that is not
/// of it, with equal scores as one half (Mann and Whitney's U divided by the number of pairs; Hanley and McNeil, 1982).
///
/// With one score for each target of 0 or 1 it is exact: a quotient of integers. With logits [..., classes] it is the
/// mean over the classes, each against the rest, by its probability: softmax in float64. Classes that have no samples,
/// or all, do not count. NaN where no class is left, or a score is NaN. All scores are kept until ``reset()``.
public struct ROCAUC: Metric {
    public var name = "roc_auc"
    public var isBetterHigher: Bool { true }
    private let takesLogits: Bool
    private let ignoring: Int
    private var classes: Int?
    /// [samples, classes], or one a sample where targets are 0 and 1.
    private var scores: [Double] = []
    private var labels: [Int] = []

    /// - Parameters:
    ///   - takesLogits: false where predictions [..., classes] are probabilities already. Of one score a sample only
    ///     the order counts, and logits serve as well as probabilities.
    ///   - ignoring: samples with this label do not count.
    public init(takesLogits: Bool = true, ignoring: Int = -100) {
        self.takesLogits = takesLogits
        self.ignoring = ignoring
    }

    public mutating func update(_ predictions: Tensor, _ targets: Tensor) {
        let form = PredictionForm(name, predictions, targets)
        let width: Int
        switch form {
        case .binary: width = 1
        case .logits(let classes): width = classes
        case .classes: fail(name, "the predictions are classes, \(predictions.summary): scores or logits are needed")
        }
        classes = commonClassCount(name, classes, width)
        let new = form.labels(name, targets, ignoring)
        var x = predictions.detached.cast(to: .float64)
        if width > 1, takesLogits, !new.isEmpty { x = softmax(x, axis: -1) }
        let values = x.doubles
        for (row, label) in new.enumerated() where label != ignoring {
            labels.append(label)
            scores += values[row * width..<(row + 1) * width]
        }
    }

    public var value: Double {
        guard let classes, !labels.isEmpty, !scores.contains(where: \.isNaN) else { return .nan }
        if classes == 1 { return area(column: 0, of: 1, positive: 1) }
        let areas = perClass.filter { !$0.isNaN }
        return areas.isEmpty ? .nan : areas.reduce(0, +) / Double(areas.count)
    }

    /// Of logits [..., classes] that of each class against the rest; NaN for one that no sample has, or every one.
    public var perClass: [Double] {
        guard let classes, classes > 1 else { return [] }
        return (0..<classes).map { area(column: $0, of: classes, positive: $0) }
    }

    private func area(column: Int, of width: Int, positive: Int) -> Double {
        let samples = labels.indices.map { (score: scores[$0 * width + column], isPositive: labels[$0] == positive) }
            .sorted { $0.score < $1.score }
        let positives = samples.count(where: \.isPositive)
        let pairs = positives * (samples.count - positives)
        if pairs == 0 || samples.contains(where: \.score.isNaN) { return .nan }
        var (twiceWon, below, start) = (0, 0, 0)
        while start < samples.count {
            let end = samples[start...].firstIndex { $0.score != samples[start].score } ?? samples.count
            let positives = samples[start..<end].count(where: \.isPositive)
            let negatives = end - start - positives
            twiceWon += positives * (2 * below + negatives)
            below += negatives
            start = end
        }
        return Double(twiceWon) / 2 / Double(pairs)
    }

    public mutating func reset() { (classes, scores, labels) = (nil, [], []) }

    public var accumulated: [Double] {
        get { [Double(classes ?? -1)] + labels.map(Double.init) + scores }
        set {
            guard let first = newValue.first.flatMap({ Int(exactly: $0) }) else { return }
            let count = (newValue.count - 1) / (max(first, 0) + 1)
            guard let new = wholeNumbers(newValue[1..<1 + count]), newValue.count == 1 + count * (max(first, 0) + 1),
                first > 0 || count == 0
            else { return }
            (classes, labels, scores) = (first < 0 ? nil : first, new, Array(newValue[(1 + count)...]))
        }
    }
}
