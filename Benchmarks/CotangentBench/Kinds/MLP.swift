import Cotangent
import CotangentNaive

/// Linear layers with ReLU between them: the forward pass, or a step of training on cross-entropy.
/// Fields: `sizes`, `batch`, `mode`, and for training `optimizer`.
final class MLPKind: Kind {
    private let sizes: [Int]
    private let batch: Int
    private let mode: PassMode
    private let x: Tensor  // [batch, features]
    private let labels: Tensor  // [batch]
    private let labelValues: [Int]
    private let model: Sequential
    private let optimizer: Optimizer
    private let naiveOptimizer: NaiveOptimizer
    private lazy var values = x.floats
    private var logits: [Float] = []
    private lazy var plainModel = PlainMLP(
        sizes: sizes, batch: batch, weights: parameters("weight"), biases: parameters("bias"))

    private enum Optimizer {
        case none
        case sgd(SGD)
        case adam(Adam)
    }

    private enum OptimizerName: String, CaseIterable { case sgd, adam }

    init(_ workload: Workload) throws {
        sizes = try workload.integers("sizes")
        batch = try workload.integer("batch")
        mode = try workload.choice("mode", as: PassMode.self)
        for (inputSize, outputSize) in zip(sizes, sizes.dropFirst()) {
            try workload.requireReasonable(inputSize, outputSize)
            try workload.requireReasonable(batch, max(inputSize, outputSize))
        }

        var generator = PhiloxGenerator(seed: 1)
        x = Tensor.uniform([batch, sizes[0]], in: -1...1, using: &generator)
        let classes = sizes[sizes.count - 1]
        labelValues = (0..<batch).map { _ in Int.random(in: 0..<classes, using: &generator) }
        labels = Tensor(labelValues, shape: [batch])
        var layers: [any Layer] = []
        for (inputSize, outputSize) in zip(sizes, sizes.dropFirst()) {
            if !layers.isEmpty { layers.append(ReLU()) }
            layers.append(Linear(inputSize, outputSize, using: &generator))
        }
        model = Sequential(layers)

        if mode == .forward {
            (optimizer, naiveOptimizer) = (.none, .sgd(learningRate: 0))
            return
        }
        switch try workload.choice("optimizer", as: OptimizerName.self) {
        case .sgd:
            optimizer = .sgd(SGD(model, learningRate: 0.01))
            naiveOptimizer = .sgd(learningRate: 0.01)
        case .adam:
            optimizer = .adam(Adam(model, learningRate: 0.001))
            naiveOptimizer = .adam(learningRate: 0.001)
        }
    }

    /// Of the products: one forward, and for training one for each weight's gradient and one for each hidden layer's.
    var flops: Double? {
        let products = zip(sizes, sizes.dropFirst()).map { 2 * Double(batch) * Double($0) * Double($1) }
        let forward = products.reduce(0, +)
        return mode == .forward ? forward : 3 * forward - products[0]
    }

    func run() {
        switch mode {
        case .forward: _ = model(x)
        case .train: _ = trainStep()
        }
    }

    /// Forward, cross-entropy, backward, and one step of the optimizer.
    private func trainStep() -> Tensor {
        let (loss, gradients) = valueAndGradients(of: model) { crossEntropy(model(x), labels) }
        switch optimizer {
        case .none: break
        case .sgd(let optimizer): optimizer.update(with: gradients)
        case .adam(let optimizer): optimizer.update(with: gradients)
        }
        return loss
    }

    func check() -> Check { mode == .forward ? checkForward() : checkTraining() }

    private func checkForward() -> Check {
        var check = Check("|Δ| ≤ 10⁻⁵ of the largest logit")
        let logits = plainModel.forward(values)
        let reference = Array(UnsafeBufferPointer(start: logits, count: batch * sizes[sizes.count - 1]))
        let largest = reference.reduce(0) { max($0, abs(Double($1))) }
        check.compare(model(x).floats, reference) { _ in 1e-5 * largest }
        return check
    }

    /// Compares losses and the sum of updates of three steps.
    ///
    /// Tolerated is a fraction of the largest update of the same tensor, and the rounding of the parameter at each
    /// step. Adam divides a gradient by its own size, so rounding of the smallest gradients shows fully in its updates.
    private func checkTraining() -> Check {
        let steps = 3
        let fraction = if case .adam = optimizer { 2e-2 } else { 1e-3 }
        var check = Check(
            "over \(steps) steps, losses |Δ| ≤ 10⁻⁵·loss, updates |Δ| ≤ \(fraction) of the tensor's largest update, "
                + "and an ulp of its largest parameter a step")
        let before = parameters("weight") + parameters("bias")
        _ = plainModel  // takes its parameters before they change
        for _ in 0..<steps {
            let loss = plainModel.lossAndGradients(values, labels: labelValues)
            plainModel.update(naiveOptimizer)
            check.compare([trainStep().float], [loss]) { 1e-5 * abs($0) }
        }
        let ours = parameters("weight") + parameters("bias")
        for (index, reference) in (plainModel.weights + plainModel.biases).enumerated() {
            var largestUpdate = 0.0
            var largest: Float = 0
            for (x, y) in zip(reference, before[index]) {
                largestUpdate = max(largestUpdate, abs(Double(x) - Double(y)))
                largest = max(largest, abs(x))
            }
            let tolerance = fraction * largestUpdate + Double(steps) * Double(largest.ulp)
            check.compare(ours[index], reference) { _ in tolerance }
        }
        return check
    }

    /// Where the whole would take too long, the gradients of the first samples: each costs the same. The update does
    /// not depend on the batch, and is timed as it is.
    var textbook: LoopForm {
        var textbookModel = TextbookMLP(sizes: sizes, weights: parameters("weight"), biases: parameters("bias"))
        let count = LoopForm.textbookShare(of: batch, flops: flops!)
        let scale = Double(batch) / Double(count)
        let inputs = Array(values[..<(count * sizes[0])])
        let labels = Array(labelValues[..<count])
        let optimizer = naiveOptimizer
        switch mode {
        case .forward:
            return LoopForm(parts: [.init(scale: scale) { self.logits = textbookModel.forward(inputs, batch: count) }])
        case .train where scale == 1:
            return LoopForm {
                let gradients = textbookModel.lossAndGradients(inputs, labels: labels).gradients
                textbookModel.update(with: gradients, optimizer)
            }
        case .train:
            var gradients = textbookModel.lossAndGradients([Float](inputs[..<sizes[0]]), labels: [labels[0]]).gradients
            return LoopForm(parts: [
                .init(scale: scale) { gradients = textbookModel.lossAndGradients(inputs, labels: labels).gradients },
                .init(scale: 1) { textbookModel.update(with: gradients, optimizer) },
            ])
        }
    }

    var plain: LoopForm {
        LoopForm { [self] in
            if mode == .forward {
                plainModel.forward(values)
            } else {
                plainModel.lossAndGradients(values, labels: labelValues)
                plainModel.update(naiveOptimizer)
            }
        }
    }

    /// Each layer's weight or bias, as it is now.
    private func parameters(_ name: String) -> [[Float]] {
        model.namedParameters.filter { $0.name.hasSuffix("." + name) }.map(\.parameter.value.floats)
    }
}
