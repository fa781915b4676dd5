import CotangentTensor

/// A classifier of two classes, labelled 0 and 1: what ``OneVsAll`` and ``OneVsOne`` make classifiers of many of.
///
/// ```swift
/// struct ByThreshold: BinaryClassifier {
///     func fit(_ x: Tensor, _ y: Tensor) throws -> Fitted { … }   // y int64 [samples], 0 and 1
/// }
/// ```
public protocol BinaryClassifier: Estimator where Fitted: BinaryModel {}

/// A fitted classifier of two classes.
public protocol BinaryModel: Predictor {
    /// How much speaks for the second class in each row of `x` [samples, features]: [samples], positive where it is
    /// predicted.
    func decision(_ x: Tensor) -> Tensor
}

/// The share of predictions int64 [samples] that are `y`.
func accuracy(_ operation: String, _ predicted: Tensor, _ y: Tensor) -> Double {
    guard y.dtype == .int64, y.shape == predicted.shape, y.count > 0 else {
        fail(operation, "scores predictions \(predicted.summary) by \(y.summary): int64 [samples], not empty, is expected")
    }
    return mean(equal(predicted, y).cast(to: .float64)).item
}

/// What a classifier is fitted to: labels as places among the classes, which rise.
struct LabelledData {
    let classes: [Int]
    /// The class of each sample, by its place in `classes`.
    let places: [Int]

    /// - Throws: where there are fewer than two classes, or a feature is NaN or infinite.
    init(_ operation: String, _ x: Tensor, _ y: Tensor) throws(FitError) {
        guard x.rank == 2, x.dtype.isFloatingPoint, x.shape[1] > 0, y.dtype == .int64, y.shape == [x.shape[0]] else {
            fail(
                operation,
                "fitted to x \(x.summary) and y \(y.summary): floating point [samples, features] and int64 [samples] are expected"
            )
        }
        let labels = y.ints
        classes = Set(labels).sorted()
        guard classes.count >= 2 else {
            throw FitError(
                .oneClass, operation,
                labels.isEmpty ? "there are no samples" : "all \(labels.count) samples are of class \(labels[0]): two classes are needed")
        }
        let place = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
        places = labels.map { place[$0]! }
    }

    /// The labels of the places that `scores` [samples, classes] are largest at.
    static func predicted(_ scores: Tensor, _ classes: [Int]) -> Tensor {
        gather(Tensor(classes), argmax(scores, axis: 1))
    }
}
