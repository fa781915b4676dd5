import CotangentTensor

/// Which class each sample of a batch was given, and which it has: what all figures over classes begin with.
///
/// Predictions are logits [..., classes] for int64 labels [...], and the largest decides, the first of equals; or one
/// logit a sample, of the labels' shape or with an axis of length 1 more, which says class 1 where it is above the
/// threshold, and class 0 elsewhere; or int64 like the labels: classes. With one logit a sample, targets of 0 and 1 may
/// be bool or floating point too.
struct Decisions {
    private(set) var predicted: [Int]
    private(set) var actual: [Int]
    /// nil where predictions are classes, which do not tell how many there are.
    let classes: Int?

    init(_ name: String, _ predictions: Tensor, _ targets: Tensor, threshold: Double, ignoring: Int) {
        let form = PredictionForm(name, predictions, targets)
        actual = form.labels(name, targets, ignoring)
        switch form {
        case .logits(let classes):
            self.classes = classes
            predicted = actual.isEmpty ? [] : argmax(predictions.detached, axis: -1).ints
        case .binary:
            classes = 2
            predicted = predictions.doubles.map { $0 > threshold ? 1 : 0 }
        case .classes:
            classes = nil
            predicted = predictions.ints
            if let index = predicted.indices.first(where: { predicted[$0] < 0 && actual[$0] != ignoring }) {
                fail(name, "the prediction \(predicted[index]) of sample \(index) is no class: they count from 0")
            }
        }
        guard actual.contains(ignoring) else { return }
        let counted = actual.indices.filter { actual[$0] != ignoring }
        predicted = counted.map { predicted[$0] }
        actual = counted.map { actual[$0] }
    }
}

/// What predictions over classes are.
enum PredictionForm {
    /// [..., classes] for labels [...].
    case logits(classes: Int)
    /// One logit for each label.
    case binary
    /// A class for each label.
    case classes

    /// Traps where predictions and targets do not fit.
    init(_ name: String, _ predictions: Tensor, _ targets: Tensor) {
        let (shape, labels) = (predictions.shape, targets.shape)
        let isAlike = shape == labels
        if predictions.dtype == .int64, targets.dtype == .int64, isAlike {
            self = .classes
        } else if predictions.dtype.isFloatingPoint, isAlike || Array(shape) == Array(labels) + [1] {
            self = .binary
        } else if predictions.dtype.isFloatingPoint, targets.dtype == .int64, let classes = shape.last,
            shape.dropLast().elementsEqual(labels)
        {
            self = .logits(classes: classes)
        } else {
            fail(
                name,
                "predictions are \(predictions.summary), targets \(targets.summary): logits [..., classes] with int64 [...] are expected, or one logit for each target of 0 or 1"
            )
        }
    }

    /// The targets as integers; traps where one is no class and not `ignored`.
    func labels(_ name: String, _ targets: Tensor, _ ignored: Int) -> [Int] {
        let limit =
            switch self {
            case .logits(let classes): classes
            case .binary: 2
            case .classes: Int.max
            }
        if targets.dtype.isFloatingPoint {
            return targets.doubles.enumerated().map { index, target in
                if target == 0 || target == 1 || target == Double(ignored) { return Int(target) }
                fail(name, "target \(target) of sample \(index) is neither 0 nor 1")
            }
        }
        let labels = targets.ints
        for (index, label) in labels.enumerated() where label != ignored && !(0..<limit).contains(label) {
            fail(
                name, "label \(label) of sample \(index) is not within \(limit == Int.max ? "0..." : "0..<\(limit)")")
        }
        return labels
    }
}
