import Cotangent
import CotangentNaive

/// Softmax along the rows of a matrix, out of place. Fields: `rows`, `columns`.
final class SoftmaxKind: Kind {
    private let rows, columns: Int
    private let x: Tensor  // [rows, columns]
    private let values: [Float]
    private var result: [Float]
    private var textbookResult: [Float] = []

    init(_ workload: Workload) throws {
        (rows, columns) = (try workload.integer("rows"), try workload.integer("columns"))
        try workload.requireReasonable(rows, columns)
        var generator = PhiloxGenerator(seed: 1)
        x = Tensor.uniform([rows, columns], in: -4...4, using: &generator)
        values = x.floats
        result = [Float](repeating: 0, count: rows * columns)
    }

    var flops: Double? { nil }

    func run() { _ = softmax(x, axis: -1) }

    func check() -> Check {
        var check = Check("|Δ| ≤ 10⁻⁵·y")
        Plain.softmax(values, into: &result, rows: rows, columns: columns)
        check.compare(softmax(x, axis: -1).floats, result) { 1e-5 * $0 }
        return check
    }

    var textbook: LoopForm {
        LoopForm { self.textbookResult = Textbook.softmax(self.values, rows: self.rows, columns: self.columns) }
    }

    var plain: LoopForm {
        LoopForm { Plain.softmax(self.values, into: &self.result, rows: self.rows, columns: self.columns) }
    }
}
