import Cotangent
import Foundation
import TestSupport
import Testing

/// Predictions, targets, and scikit-learn's figures of them, as Tests/Fixtures/metrics.py writes them.
struct MetricCase: Decodable, Sendable {
    let kind: String
    /// Whether many scores are equal: then they are taken as probabilities, since softmax rounds.
    let isCoarse: Bool
    let predictions: FixtureTensor
    let targets: FixtureTensor
    /// Lengths along the first axis.
    let batches: [Int]
    /// By name; null where a figure is not defined.
    let expected: [String: [Double?]]

    private var metrics: [any Metric] {
        if kind == "regression" { return [MSE(), RMSE(), MAE(), R2()] }
        let averages = ClassAverage.allCases.filter { $0 != .binary || classes == 2 }
        var metrics: [any Metric] = [Accuracy(), LogLoss(), ROCAUC(takesLogits: !isCoarse)]
        metrics += averages.flatMap { [Precision($0), Recall($0), F1($0), IntersectionOverUnion($0)] as [any Metric] }
        if isOfLogits { metrics.append(Perplexity()) }
        if isOfLogits && classes > 2 { metrics += Set([1, 2, classes - 1]).map { TopKAccuracy($0) } }
        return metrics
    }

    private var isOfLogits: Bool {
        predictions.shape.count > targets.shape.count && predictions.shape[predictions.shape.count - 1] > 1
    }
    private var classes: Int { isOfLogits ? predictions.shape[predictions.shape.count - 1] : 2 }

    /// What differs from scikit-learn's figures, or between the batches and the whole.
    func differences(_ dtype: DType, tolerance: Double = 1e-12) -> [String] {
        let x = predictions.tensor(dtype)
        let y = kind == "regression" ? targets.tensor(dtype) : targets.tensor(.float32)
        var found: [String] = []
        func compare(_ name: String, _ values: [Double]) {
            guard let wanted = expected[name] else { return }
            let isSame =
                values.count == wanted.count
                && zip(values, wanted).allSatisfy { value, wanted in
                    guard let wanted else { return value.isNaN }
                    return Swift.abs(value - wanted) <= tolerance * Swift.max(1, Swift.abs(wanted))
                }
            if !isSame { found.append("\(name) is \(values), not \(wanted)") }
        }
        func takenIn<M: Metric>(_ metric: M) -> M {
            var metric = metric
            var start = 0
            for length in batches {
                metric.update(x[start..<start + length], y[start..<start + length])
                start += length
            }
            return metric
        }
        for metric in metrics {
            let whole = metric(x, y)
            let metric = takenIn(metric)
            if whole.bitPattern != metric.value.bitPattern && !(whole.isNaN && metric.value.isNaN) {
                found.append("\(metric.name) is \(whole) of all samples, \(metric.value) of batches")
            }
            if expected.isEmpty { if !whole.isNaN { found.append("\(metric.name) of nothing is \(whole)") } }
            compare(metric.name, [whole])
            switch metric {
            case let metric as Precision: compare("precision per class", metric.perClass)
            case let metric as Recall: compare("recall per class", metric.perClass)
            case let metric as F1: compare("f1 per class", metric.perClass)
            case let metric as IntersectionOverUnion: compare("iou per class", metric.perClass)
            case let metric as ROCAUC: compare("roc_auc per class", metric.perClass)
            case let metric as R2: compare("r2 per output", metric.perOutput)
            default: break
            }
        }
        if kind == "regression" { return found }
        let matrix = takenIn(ConfusionMatrix())
        compare("confusion", matrix.counts.flatMap { $0.map(Double.init) })
        compare("confusion actual", matrix.normalized(by: .actual).flatMap { $0 })
        compare("confusion predicted", matrix.normalized(by: .predicted).flatMap { $0 })
        compare("confusion all", matrix.normalized(by: .all).flatMap { $0 })
        compare("accuracy", [matrix.value])
        return found
    }
}
