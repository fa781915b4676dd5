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
    private let optimizer: (any Optimizer)?
    private let naiveOptimizer: NaiveOptimizer
    private lazy var values = x.floats
    private var logits: [Float] = []
    private lazy var plainModel = PlainMLP(
        sizes: sizes, batch: batch, weights: parameters("weight"), biases: parameters("bias"))

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
            (optimizer, naiveOptimizer) = (nil, .sgd(learningRate: 0))
            return
        }
        switch try workload.choice("optimizer", as: OptimizerName.self) {
        case .sgd:
            optimizer = SGD(model, learningRate: 0.01)
            naiveOptimizer = .sgd(learningRate: 0.01)
        case .adam:
            optimizer = Adam(model, learningRate: 0.001)
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
        optimizer?.update(with: gradients)
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

    /// Compares the losses and the sum of the updates of a few steps.
    ///
    /// Updates are compared as vectors, a tensor at a time. Where a sum before a ReLU is almost 0, the order of adding
    /// decides about its sign, and with it about all that one sample gives to one unit's gradient: single elements
    /// differ visibly then, their tensor as a whole does not. The parameters' own rounding adds an ulp or so.
    private func checkTraining() -> Check {
        let steps = 3
        var check = Check(
            "over \(steps) steps, losses |Δ| ≤ 10⁻⁵·loss, each tensor's update ‖Δ‖ ≤ 1 % of it and an ulp an element")
        let before = parameters("weight") + parameters("bias")
        _ = plainModel  // takes its parameters before they change
        for _ in 0..<steps {
            let loss = plainModel.lossAndGradients(values, labels: labelValues)
            plainModel.update(naiveOptimizer)
            check.compare([trainStep().float], [loss]) { 1e-5 * abs($0) }
        }
        let ours = parameters("weight") + parameters("bias")
        for (index, reference) in (plainModel.weights + plainModel.biases).enumerated() {
            let rounding = Double(reference.reduce(0) { max($0, abs($1)) }.ulp)
            let update = distance(reference, before[index])
            let tolerance = 0.01 * update + rounding * Double(reference.count).squareRoot()
            check.compare([Float(distance(ours[index], reference))], [0]) { _ in tolerance }
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

/// ‖a − b‖
private func distance(_ a: [Float], _ b: [Float]) -> Double {
    zip(a, b).reduce(0) { $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1)) }.squareRoot()
}
