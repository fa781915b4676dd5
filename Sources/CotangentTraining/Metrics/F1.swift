/// The harmonic mean of precision and recall: 2 true positives / (2 true positives + false positives + false
/// negatives).
///
/// Predictions and targets are those of ``Accuracy``. Of a class that occurs nowhere the figure is 0/0, which counts as
/// 0 as scikit-learn's `zero_division=0` says. NaN without samples.
public typealias F1 = ClassMetric<F1Figure>

/// What ``F1`` counts.
public enum F1Figure: ClassFigure {
    public static var name: String { "f1" }
    public static func ratio(found: Int, predicted: Int, actual: Int) -> (part: Int, whole: Int) {
        (2 * found, predicted + actual)
    }
}
