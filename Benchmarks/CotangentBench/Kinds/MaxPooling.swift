import Cotangent
import CotangentNaive

/// Max pooling of images: its forward pass, or that and the gradient to the input from a given cotangent.
/// Fields: `batch`, `channels`, `size`, `kernelSize`, `stride`, `mode`.
final class MaxPoolingKind: Kind {
    private let size: PoolingSize
    private let batch: Int
    private let mode: PassMode
    private let x: Tensor
    private let cotangent: Tensor  // of the output
    private let values, cotangentValues: [Float]
    private var y, dx: [Float]
    private var places: [Int32]
    private var textbookResult: [[Float]] = []

    init(_ workload: Workload) throws {
        batch = try workload.integer("batch")
        mode = try workload.choice("mode", as: PassMode.self)
        let (channels, length) = (try workload.integer("channels"), try workload.integer("size"))
        let (kernel, stride) = (try workload.integer("kernelSize"), try workload.integer("stride"))
        try workload.requireRoom(for: kernel, in: length)
        try workload.requireReasonable(batch, channels, length, length)
        size = PoolingSize(
            ImageSize(channels: channels, height: length, width: length), kernelSize: kernel, stride: stride)

        var generator = PhiloxGenerator(seed: 1)
        x = Tensor.uniform([batch, channels, length, length], in: -1...1, using: &generator)
        cotangent = Tensor.uniform(
            [batch, channels, size.output.height, size.output.width], in: -1...1, using: &generator)
        (values, cotangentValues) = (x.floats, cotangent.floats)
        (y, dx) = (cotangentValues, values)
        places = [Int32](repeating: 0, count: y.count)
    }

    var flops: Double? { nil }

    private func output(_ x: Tensor) -> Tensor {
        maxPool2d(x, kernelSize: SpatialSize(size.kernelSize), stride: SpatialSize(size.stride))
    }

    private func outputAndGradient() -> (y: Tensor, dx: Tensor) {
        let (y, pullback) = vjp(at: x, of: output)
        return (y, pullback(cotangent))
    }

    func run() {
        switch mode {
        case .forward: _ = output(x)
        case .train: _ = outputAndGradient()
        }
    }

    /// The largest elements are the same numbers; where windows overlap, their cotangents may be added in another order.
    func check() -> Check {
        var check = Check("the same output, and of the gradient |Δ| ≤ 10⁻⁶·(|dx| + 1)")
        runPlain()
        if mode == .forward {
            check.compare(output(x).floats, y) { _ in 0 }
        } else {
            let ours = outputAndGradient()
            check.compare(ours.y.floats, y) { _ in 0 }
            check.compare(ours.dx.floats, dx) { 1e-6 * (abs($0) + 1) }
        }
        return check
    }

    private func runPlain() {
        Plain.maxPooling(values, into: &y, places: &places, batch: batch, size)
        if mode == .forward { return }
        Plain.maxPoolingGradient(cotangentValues, places: places, into: &dx, batch: batch, size)
    }

    var plain: LoopForm { LoopForm { self.runPlain() } }

    var textbook: LoopForm {
        LoopForm { [self] in
            textbookResult = [Textbook.maxPooling(values, batch: batch, size)]
            if mode == .forward { return }
            textbookResult.append(Textbook.maxPoolingGradient(cotangentValues, x: values, batch: batch, size))
        }
    }
}
