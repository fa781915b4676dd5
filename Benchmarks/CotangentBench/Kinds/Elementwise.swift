import Cotangent
import CotangentNaive

/// A function of each element, out of place. Fields: `operation`, `count`.
final class ElementwiseKind: Kind {
    private enum Operation: String, CaseIterable { case exp, tanh, sigmoid, relu }

    private let x: Tensor
    private let values: [Float]
    private var result: [Float]
    private var textbookResult: [Float] = []
    private let fast: (Tensor) -> Tensor
    private let textbookForm: ([Float]) -> [Float]
    private let plainForm: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void

    init(_ workload: Workload) throws {
        let count = try workload.integer("count")
        switch try workload.choice("operation", as: Operation.self) {
        case .exp: (fast, textbookForm, plainForm) = ({ exp($0) }, Textbook.exp, Plain.exp)
        case .tanh: (fast, textbookForm, plainForm) = ({ tanh($0) }, Textbook.tanh, Plain.tanh)
        case .sigmoid: (fast, textbookForm, plainForm) = ({ sigmoid($0) }, Textbook.sigmoid, Plain.sigmoid)
        case .relu: (fast, textbookForm, plainForm) = ({ relu($0) }, Textbook.relu, Plain.relu)
        }
        var generator = PhiloxGenerator(seed: 1)
        x = Tensor.uniform([count], in: -4...4, using: &generator)
        values = x.floats
        result = [Float](repeating: 0, count: count)
    }

    var flops: Double? { nil }

    func run() { _ = fast(x) }

    func check() -> Check {
        var check = Check("|Δ| ≤ 10⁻⁶·|y| + 10⁻⁷")
        plainForm(values, &result, values.count)
        check.compare(fast(x).floats, result) { 1e-6 * abs($0) + 1e-7 }
        return check
    }

    var textbook: LoopForm { LoopForm { self.textbookResult = self.textbookForm(self.values) } }

    var plain: LoopForm { LoopForm { self.plainForm(self.values, &self.result, self.values.count) } }
}
