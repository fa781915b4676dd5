/// Of the samples that were given a class, the share that has it: true positives / (true + false positives).
///
/// Predictions and targets are those of ``Accuracy``. Of a class that was never predicted the figure is 0/0, which
/// counts as 0 as scikit-learn's `zero_division=0` says. NaN without samples.
public typealias Precision = ClassMetric<PrecisionFigure>

/// What ``Precision`` counts.
public enum PrecisionFigure: ClassFigure {
    public static var name: String { "precision" }
    public static func ratio(found: Int, predicted: Int, actual: Int) -> (part: Int, whole: Int) { (found, predicted) }
}
