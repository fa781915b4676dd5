import Cotangent
import CotangentNaive

/// C = A·B into an existing C. Fields: `m`, `n`, `k`.
final class GemmKind: Kind {
    private let m, n, k: Int
    private let a, b: Tensor  // [m, k], [k, n]
    private var c: Tensor  // [m, n]
    private let aValues, bValues: [Float]
    private var result: [Float]
    private var textbookResult: [Float] = []

    init(_ workload: Workload) throws {
        (m, n, k) = (try workload.integer("m"), try workload.integer("n"), try workload.integer("k"))
        try workload.requireReasonable(m, n)
        try workload.requireReasonable(m, k)
        try workload.requireReasonable(k, n)
        var generator = PhiloxGenerator(seed: 1)
        a = Tensor.uniform([m, k], in: -1...1, using: &generator)
        b = Tensor.uniform([k, n], in: -1...1, using: &generator)
        c = Tensor.zeros([m, n])
        (aValues, bValues) = (a.floats, b.floats)
        result = [Float](repeating: 0, count: m * n)
    }

    var flops: Double? { 2 * Double(m) * Double(n) * Double(k) }

    func run() { matmul(a, b, into: &c) }

    func check() -> Check {
        var check = Check("|Δ| ≤ k·2⁻²³, for elements in ±1")
        run()
        Plain.gemm(m: m, n: n, k: k, aValues, bValues, &result)
        check.compare(c.floats, result) { _ in Double(self.k) * Double(Float.ulpOfOne) }
        return check
    }

    /// Where the whole would take too long, the product of the first rows of A: each row costs the same.
    var textbook: LoopForm {
        let rows = LoopForm.textbookShare(of: m, flops: flops!)
        let part = LoopForm.Part(scale: Double(m) / Double(rows)) {
            self.textbookResult = Textbook.gemm(m: rows, n: self.n, k: self.k, self.aValues, self.bValues)
        }
        return LoopForm(parts: [part])
    }

    var plain: LoopForm {
        LoopForm { Plain.gemm(m: self.m, n: self.n, k: self.k, self.aValues, self.bValues, &self.result) }
    }
}
