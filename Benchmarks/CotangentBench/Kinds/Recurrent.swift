import Cotangent
import CotangentNaive

/// Recurrent layers over a sequence, from a state of zeros: the outputs of all steps, or those and the gradients to input
/// and parameters from a given cotangent.
/// Fields: `time`, `batch`, `inputSize`, `hiddenSize`, `layers`, `mode`.
final class RecurrentKind: Kind {
    private let size: RecurrentSize
    private let mode: PassMode
    private let model: any RecurrentLayer
    private let x: Tensor
    private let cotangent: Tensor  // of the outputs
    private lazy var values = Values(self)
    private var textbookResult: [[Float]] = []

    /// The inputs as arrays, and the plain loops with their memory.
    private struct Values {
        let x, cotangent: [Float]
        let parameters: [[Float]]
        let loops: PlainRecurrent

        init(_ kind: RecurrentKind) {
            (x, cotangent) = (kind.x.floats, kind.cotangent.floats)
            parameters = kind.parameters.map(\.value.floats)
            loops = PlainRecurrent(kind.size, parameters: parameters)
        }
    }

    init(_ workload: Workload) throws {
        mode = try workload.choice("mode", as: PassMode.self)
        let (time, batch) = (try workload.integer("time"), try workload.integer("batch"))
        let (inputs, hidden) = (try workload.integer("inputSize"), try workload.integer("hiddenSize"))
        let layers = try workload.integer("layers")
        let cell: NaiveCell =
            switch workload.kind {
            case "lstm": .lstm
            case "gru": .gru
            default: .rnn
            }
        try workload.requireReasonable(time, batch, max(inputs, cell.gateCount * hidden))
        try workload.requireReasonable(layers, cell.gateCount * hidden, max(inputs, hidden))

        var generator = PhiloxGenerator(seed: 1)
        size = RecurrentSize(
            cell, time: time, batch: batch, inputSize: inputs, hiddenSize: hidden, layers: layers)
        switch cell {
        case .rnn: model = RNN(inputs, hidden, layers: layers, using: &generator)
        case .lstm: model = LSTM(inputs, hidden, layers: layers, using: &generator)
        case .gru: model = GRU(inputs, hidden, layers: layers, using: &generator)
        }
        x = Tensor.uniform([time, batch, inputs], in: -1...1, using: &generator)
        cotangent = Tensor.uniform([time, batch, hidden], in: -1...1, using: &generator)
    }

    /// Those of the products; backward there are two of each.
    var flops: Double? { (mode == .forward ? 1 : 3) * size.flops }

    /// In the naive forms' order.
    private var parameters: [Parameter] {
        let named = Dictionary(uniqueKeysWithValues: model.namedParameters.map { ($0.name, $0.parameter) })
        return (0..<size.layers).flatMap { layer in
            ["weight_ih", "weight_hh", "bias_ih", "bias_hh"].map { named["\($0)_l\(layer)"]! }
        }
    }

    private func outputsAndGradients() -> (y: Tensor, ofParameters: Gradients, ofInput: Tensor) {
        let (y, pullback) = vjp(of: model, at: x) { model($0) }
        let (gradients, dx) = pullback(cotangent)
        return (y, gradients, dx)
    }

    func run() {
        switch mode {
        case .forward: _ = model(x)
        case .train: _ = outputsAndGradients()
        }
    }

    func check() -> Check {
        var check = Check("‖Δ‖ ≤ 2·10⁻⁶·‖·‖ of the outputs and of each gradient")
        runPlain()
        func compare(_ ours: Tensor, _ reference: [Float]) {
            check.compareNorms(ours.floats, reference) { 2e-6 * $0 }
        }
        if mode == .forward {
            compare(model(x), values.loops.outputs)
            return check
        }
        let (y, ofParameters, ofInput) = outputsAndGradients()
        compare(y, values.loops.outputs)
        let ours = [ofInput] + parameters.map { ofParameters[$0]! }
        for (ours, reference) in zip(ours, values.loops.gradients) { compare(ours, reference) }
        return check
    }

    private func runPlain() {
        switch mode {
        case .forward: values.loops.forward(values.x)
        case .train: values.loops.forwardAndBackward(values.x, cotangent: values.cotangent)
        }
    }

    var plain: LoopForm { LoopForm { self.runPlain() } }

    /// Where the whole would take too long, the first sequences of the batch: each costs the same.
    var textbook: LoopForm {
        let count = LoopForm.textbookShare(of: size.batch, flops: flops!)
        let textbookSize = RecurrentSize(
            size.cell, time: size.time, batch: count, inputSize: size.inputSize, hiddenSize: size.hiddenSize,
            layers: size.layers)
        let (x, dy) = (firstSequences(count, of: values.x), firstSequences(count, of: values.cotangent))
        let (loops, mode) = (TextbookRecurrent(textbookSize, parameters: values.parameters), mode)
        let part = LoopForm.Part(scale: Double(size.batch) / Double(count)) {
            self.textbookResult = [loops.forward(x)]
            if mode == .train { self.textbookResult += loops.backward(dy) }
        }
        return LoopForm(parts: [part])
    }

    /// `count` sequences of a batch, [time, batch, features].
    private func firstSequences(_ count: Int, of sequences: [Float]) -> [Float] {
        let step = sequences.count / size.time
        return (0..<size.time).flatMap { sequences[$0 * step..<$0 * step + step / size.batch * count] }
    }
}
