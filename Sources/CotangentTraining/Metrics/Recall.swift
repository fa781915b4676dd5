/// Of the samples that have a class, the share that was given it: true positives / (true positives + false negatives).
///
/// Predictions and targets are those of ``Accuracy``. Of a class that no sample has the figure is 0/0, which counts as
/// 0 as scikit-learn's `zero_division=0` says. NaN without samples.
public typealias Recall = ClassMetric<RecallFigure>

/// What ``Recall`` counts.
public enum RecallFigure: ClassFigure {
    public static var name: String { "recall" }
    public static func ratio(found: Int, predicted: Int, actual: Int) -> (part: Int, whole: Int) { (found, actual) }
}
