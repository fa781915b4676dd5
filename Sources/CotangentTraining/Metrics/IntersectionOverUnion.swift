/// How well what was given a class covers what has it, and nothing else: true positives / (true positives + false
/// positives + false negatives). The usual figure of segmentation, where a sample is a pixel (Jaccard, 1912).
///
/// ```swift
/// // A U-Net's logits [batch, classes, height, width], labels [batch, height, width]
/// IntersectionOverUnion()(model(x).permuted(0, 2, 3, 1), labels)
/// ```
/// Predictions and targets are those of ``Accuracy``. Of a class that occurs nowhere the figure is 0/0, which counts as
/// 0 as scikit-learn's `jaccard_score` has it. NaN without samples.
public typealias IntersectionOverUnion = ClassMetric<IntersectionOverUnionFigure>

/// What ``IntersectionOverUnion`` counts.
public enum IntersectionOverUnionFigure: ClassFigure {
    public static var name: String { "iou" }
    public static func ratio(found: Int, predicted: Int, actual: Int) -> (part: Int, whole: Int) {
        (found, predicted + actual - found)
    }
}
