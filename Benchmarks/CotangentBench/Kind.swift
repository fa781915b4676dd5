/// What the workloads of one kind do: in Cotangent and in plain loops.
///
/// A new kind is one more file in Kinds/ and one more line in ``makeKind(_:)``.
protocol Kind: AnyObject {
    /// Reads the workload's fields and makes the inputs, always the same ones.
    init(_ workload: Workload) throws
    /// Floating-point operations in one call; nil where counting them says nothing.
    var flops: Double? { get }
    /// One call of Cotangent's form.
    func run()
    /// Compares Cotangent's result with the plain form's.
    func check() throws -> Check
    /// The textbook's loops over arrays.
    var textbook: LoopForm { get }
    /// The best plain loops.
    var plain: LoopForm { get }
}

func makeKind(_ workload: Workload) throws -> any Kind {
    let kinds: [String: any Kind.Type] = [
        "gemm": GemmKind.self,
        "elementwise": ElementwiseKind.self,
        "softmax": SoftmaxKind.self,
        "mlp": ModelKind.self,
        "conv2d": ConvolutionKind.self,
        "maxpool2d": MaxPoolingKind.self,
        "lenet5": ModelKind.self,
        "vggsmall": ModelKind.self,
        "unet": ModelKind.self,
        "rnn": RecurrentKind.self,
        "lstm": RecurrentKind.self,
        "gru": RecurrentKind.self,
        "linalg": LinearAlgebraKind.self,
    ]
    guard let kind = kinds[workload.kind] else {
        let known = kinds.keys.sorted().joined(separator: ", ")
        throw BenchError("row '\(workload.name)': kind '\(workload.kind)' is not supported; these are: \(known)")
    }
    return try kind.init(workload)
}

/// How far Cotangent's result is from the plain form's.
struct Check {
    /// What may differ, in words.
    let tolerance: String
    /// The largest difference as a fraction of what is tolerated.
    private(set) var worst = 0.0

    init(_ tolerance: String) { self.tolerance = tolerance }

    var passed: Bool { worst <= 1 }

    /// Takes in |ours − reference| / tolerance(reference) of each element; NaN is infinitely far from anything.
    mutating func compare(_ ours: [Float], _ reference: [Float], tolerance: (Double) -> Double) {
        guard ours.count == reference.count else {
            worst = .infinity
            return
        }
        for (x, y) in zip(ours, reference) where x != y {
            let error = abs(Double(x) - Double(y)) / tolerance(Double(y))
            worst = error.isNaN ? .infinity : max(worst, error)
        }
    }

    /// Takes in ‖ours − reference‖ / tolerance(‖reference‖).
    mutating func compareNorms(_ ours: [Float], _ reference: [Float], tolerance: (Double) -> Double) {
        guard ours.count == reference.count else {
            worst = .infinity
            return
        }
        let difference = distance(ours, reference)
        if difference == 0 { return }  // where the reference is 0 too, nothing is tolerated
        let error = difference / tolerance(norm(reference))
        worst = error.isNaN ? .infinity : max(worst, error)
    }
}

/// ‖a‖
func norm(_ a: [Float]) -> Double { a.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot() }

/// ‖a − b‖
func distance(_ a: [Float], _ b: [Float]) -> Double {
    zip(a, b).reduce(0) { $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1)) }.squareRoot()
}

/// Loops to time against: one part, or several of which some were scaled down because all of it would take too long.
struct LoopForm {
    struct Part {
        /// How many times as much work the full form does as `run`.
        let scale: Double
        let run: () -> Void
    }

    let parts: [Part]

    init(_ run: @escaping () -> Void) { parts = [Part(scale: 1, run: run)] }
    init(parts: [Part]) { self.parts = parts }

    var isScaled: Bool { parts.contains { $0.scale != 1 } }

    /// The smallest time measured in about `duration` seconds, at least one call a part.
    func measure(for duration: Double) -> Double {
        parts.reduce(0) { total, part in
            var samples = Samples()
            let first = seconds(part.run)
            samples.append(first)
            if first < duration { Stopwatch(part.run).run(for: duration, into: &samples) }
            return total + part.scale * samples.min
        }
    }

    /// How many of `count` equal pieces of work, of `flops` together, the textbook's loops may do in one call: what takes
    /// a few seconds, since more would be minutes for a suite.
    static func textbookShare(of count: Int, flops: Double, limit: Double = productLimit) -> Int {
        flops <= limit ? count : max(1, Int(Double(count) * limit / flops))
    }

    /// In large products of matrices the textbook's loops reach about 0.5 GFLOP/s, in convolutions 0.3.
    static let productLimit = 2.5e9
    static let convolutionLimit = 1e9
}
