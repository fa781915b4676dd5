import Cotangent

/// How well classes are told apart: as a table, or as JSON.
struct ClassScores: Encodable, CustomStringConvertible {
    struct OfClass: Encodable {
        let name: String
        let rows: Int
        let precision: Double
        let recall: Double
        let f1: Double
    }

    let rows: Int
    let loss: Double
    let accuracy: Double
    let classes: [OfClass]
    /// Means over the classes.
    let precision: Double
    let recall: Double
    let f1: Double

    init(_ logits: Tensor, _ labels: Tensor, _ names: [String]) {
        rows = labels.count
        loss = crossEntropy(logits, labels).item
        accuracy = Accuracy()(logits, labels)
        func measured<M: Metric>(_ metric: M) -> M {
            var metric = metric
            metric.update(logits, labels)
            return metric
        }
        let (p, r, f) = (measured(Precision(.macro)), measured(Recall(.macro)), measured(F1(.macro)))
        (precision, recall, f1) = (p.value, r.value, f.value)
        var counts = [Int](repeating: 0, count: names.count)
        for label in labels.ints { counts[label] += 1 }
        classes = names.indices.map {
            OfClass(
                name: names[$0], rows: counts[$0], precision: p.perClass[$0], recall: r.perClass[$0], f1: f.perClass[$0]
            )
        }
    }

    var description: String {
        let cells =
            [["class", "rows", "precision", "recall", "F1"]]
            + (classes + [OfClass(name: "mean", rows: rows, precision: precision, recall: recall, f1: f1)]).map {
                [$0.name, "\($0.rows)", fixed($0.precision), fixed($0.recall), fixed($0.f1)]
            }
        let widths = (0..<5).map { column in cells.map { $0[column].count }.max()! }
        let table = cells.map { row in
            row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + space : space + cell
            }.joined(separator: "  ")
        }
        return
            "\(rows) rows: accuracy \(fixed(accuracy)), cross-entropy \(short(loss))\n\n\(table.joined(separator: "\n"))"
    }
}
