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
        precision = Precision(.macro)(logits, labels)
        recall = Recall(.macro)(logits, labels)
        f1 = F1(.macro)(logits, labels)
        let counts = names.indices.map { label in labels.ints.count { $0 == label } }
        var (p, r, f) = (Precision(.macro), Recall(.macro), F1(.macro))
        p.update(logits, labels)
        r.update(logits, labels)
        f.update(logits, labels)
        classes = names.indices.map {
            OfClass(name: names[$0], rows: counts[$0], precision: p.perClass[$0], recall: r.perClass[$0], f1: f.perClass[$0])
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
