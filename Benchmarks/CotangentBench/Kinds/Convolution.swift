import Cotangent
import CotangentNaive

/// A convolution of images: its forward pass, or that and the gradients to input, weight and bias from a given cotangent.
/// Fields: `batch`, `inputChannels`, `size`, `outputChannels`, `kernelSize`, `stride`, `padding`, `mode`.
final class ConvolutionKind: Kind {
    private let size: ConvolutionSize
    private let batch: Int
    private let mode: PassMode
    private let x, weight, bias: Tensor
    private let cotangent: Tensor  // of the output
    private lazy var values = Values(self)
    private var textbookResult: [[Float]] = []

    /// The inputs as arrays, and memory for the plain loops' results.
    private struct Values {
        let x, weight, bias, cotangent: [Float]
        var y, dx, dweight, dbias: [Float]
        let loops: PlainConvolution

        init(_ kind: ConvolutionKind) {
            (x, weight, bias, cotangent) = (kind.x.floats, kind.weight.floats, kind.bias.floats, kind.cotangent.floats)
            (y, dx, dweight, dbias) = (cotangent, x, weight, bias)
            loops = PlainConvolution(kind.size)
        }
    }

    init(_ workload: Workload) throws {
        batch = try workload.integer("batch")
        mode = try workload.choice("mode", as: PassMode.self)
        let (channels, length) = (try workload.integer("inputChannels"), try workload.integer("size"))
        let (outputs, kernel) = (try workload.integer("outputChannels"), try workload.integer("kernelSize"))
        let (stride, padding) = (try workload.integer("stride"), try workload.integer("padding", from: 0))
        try workload.requireRoom(for: kernel, in: length, padding: padding)
        try workload.requireReasonable(batch, max(channels, outputs), length + 2 * padding, length + 2 * padding)
        try workload.requireReasonable(outputs, channels, kernel, kernel)
        size = ConvolutionSize(
            ImageSize(channels: channels, height: length, width: length), outputChannels: outputs, kernelSize: kernel,
            stride: stride, padding: padding)

        var generator = PhiloxGenerator(seed: 1)
        x = Tensor.uniform([batch, channels, length, length], in: -1...1, using: &generator)
        let bound = 1 / Double(size.tapCount).squareRoot()
        weight = Tensor.uniform([outputs, channels, kernel, kernel], in: -bound...bound, using: &generator)
        bias = Tensor.uniform([outputs], in: -bound...bound, using: &generator)
        let output = size.output
        cotangent = Tensor.uniform(
            [batch, output.channels, output.height, output.width], in: -1...1, using: &generator)
    }

    /// By the direct method, whichever is used; backward there are two products of the forward's size.
    var flops: Double? { (mode == .forward ? 1 : 3) * Double(batch) * size.flops }

    private func output(_ x: Tensor, _ weight: Tensor, _ bias: Tensor) -> Tensor {
        conv2d(x, weight, bias, stride: SpatialSize(size.stride), padding: Padding(SpatialSize(size.padding)))
    }

    private func outputAndGradients() -> (y: Tensor, gradients: [Tensor]) {
        let (y, pullback) = vjp(at: [x, weight, bias]) { output($0[0], $0[1], $0[2]) }
        return (y, pullback(cotangent))
    }

    func run() {
        switch mode {
        case .forward: _ = output(x, weight, bias)
        case .train: _ = outputAndGradients()
        }
    }

    /// Winograd's form of a 3×3 convolution adds and subtracts neighbours before and after it multiplies, and loses about
    /// one of a float's seven digits by that; other forms only add in another order.
    func check() -> Check {
        let isWinograds = size.kernelSize == 3 && size.stride == 1
        let tolerance = isWinograds ? 2e-5 : 2e-6
        var check = Check("‖Δ‖ ≤ 2·\(isWinograds ? "10⁻⁵" : "10⁻⁶")·‖·‖ of the output and of each gradient")
        runPlain()
        let (y, gradients) = mode == .forward ? (output(x, weight, bias), []) : outputAndGradients()
        let references = [values.y, values.dx, values.dweight, values.dbias]
        for (ours, reference) in zip([y] + gradients, references) {
            check.compareNorms(ours.floats, reference) { tolerance * $0 }
        }
        return check
    }

    private func runPlain() {
        let (x, weight, dy, loops) = (values.x, values.weight, values.cotangent, values.loops)
        loops.forward(x, weight: weight, bias: values.bias, into: &values.y, batch: batch)
        if mode == .forward { return }
        loops.inputGradient(dy, weight: weight, into: &values.dx, batch: batch)
        loops.weightGradient(dy, x: x, into: &values.dweight, batch: batch)
        Plain.channelSums(dy, into: &values.dbias, batch: batch, size.output)
    }

    var plain: LoopForm { LoopForm { self.runPlain() } }

    /// Where the whole would take too long, the first images: each costs the same.
    var textbook: LoopForm {
        let count = LoopForm.textbookShare(of: batch, flops: flops!, limit: LoopForm.convolutionLimit)
        let x = Array(values.x[..<(count * size.input.count)])
        let dy = Array(values.cotangent[..<(count * size.output.count)])
        let (weight, bias, size, mode) = (values.weight, values.bias, size, mode)
        let part = LoopForm.Part(scale: Double(batch) / Double(count)) {
            self.textbookResult = [Textbook.convolution(x, weight: weight, bias: bias, batch: count, size)]
            if mode == .forward { return }
            self.textbookResult += [
                Textbook.convolutionInputGradient(dy, weight: weight, batch: count, size),
                Textbook.convolutionWeightGradient(dy, x: x, batch: count, size),
                Textbook.channelSums(dy, batch: count, size.output),
            ]
        }
        return LoopForm(parts: [part])
    }
}
