import Cotangent
import CotangentNaive

/// A model's forward pass, or a step of training it on cross-entropy: see ``ModelDefinition`` for the models and their
/// fields. Fields of all: `batch`, `mode`, and for training `optimizer`.
final class ModelKind: Kind {
    private let definition: ModelDefinition
    private let batch: Int
    private let mode: PassMode
    private let x: Tensor
    private let labels: Tensor
    private let labelValues: [Int]
    private let optimizer: (any Optimizer)?
    private let naiveOptimizer: NaiveOptimizer
    private lazy var values = x.floats
    private var logits: [Float] = []
    private lazy var plainModel = PlainNetwork(network, batch: batch, parameters: parameters)

    private enum OptimizerName: String, CaseIterable { case sgd, adam }

    init(_ workload: Workload) throws {
        batch = try workload.integer("batch")
        mode = try workload.choice("mode", as: PassMode.self)
        var generator = PhiloxGenerator(seed: 1)
        let definition = try ModelDefinition(workload, using: &generator)
        let input = definition.network.input
        try workload.requireReasonable(batch, input.channels, input.height, input.width)
        self.definition = definition
        x = Tensor.uniform(Shape([batch] + definition.inputShape), in: -1...1, using: &generator)
        labelValues = (0..<batch * definition.network.pixels).map { _ in
            Int.random(in: 0..<definition.network.classes, using: &generator)
        }
        labels = Tensor(labelValues, shape: Shape([batch] + definition.labelShape))

        if mode == .forward {
            (optimizer, naiveOptimizer) = (nil, .sgd(learningRate: 0))
            return
        }
        switch try workload.choice("optimizer", as: OptimizerName.self) {
        case .sgd:
            optimizer = SGD(definition.model, learningRate: 0.01)
            naiveOptimizer = .sgd(learningRate: 0.01)
        case .adam:
            optimizer = Adam(definition.model, learningRate: 0.001)
            naiveOptimizer = .adam(learningRate: 0.001)
        }
    }

    private var network: NaiveNetwork { definition.network }
    private var model: any Layer { definition.model }
    private var parameters: [[Float]] { definition.parameters.map(\.value.floats) }

    var flops: Double? { Double(batch) * network.flops(training: mode == .train) }

    func run() {
        switch mode {
        case .forward: _ = model(x)
        case .train: _ = trainStep()
        }
    }

    /// Forward, cross-entropy, backward, and one step of the optimizer.
    private func trainStep() -> Tensor {
        let (loss, gradients) = valueAndGradients(of: model) {
            let y = model(x)
            // Of images, [batch, classes, height, width].
            return crossEntropy(y.rank == 4 ? y.permuted(0, 2, 3, 1) : y, labels)
        }
        optimizer?.update(with: gradients)
        return loss
    }

    func check() -> Check { mode == .forward ? checkForward() : checkTraining() }

    private func checkForward() -> Check {
        var check = Check("|Δ| ≤ 10⁻⁵ of the largest logit")
        let logits = plainModel.forward(values)
        let count = batch * network.classes * network.pixels
        let reference = Array(UnsafeBufferPointer(start: logits, count: count))
        let largest = reference.reduce(0) { max($0, abs(Double($1))) }
        check.compare(model(x).floats, reference) { _ in 1e-5 * largest }
        return check
    }

    /// Compares the losses and the sum of the updates of a few steps.
    ///
    /// Updates are compared as vectors, a tensor at a time. Where a sum before a ReLU is almost 0, the order of adding
    /// decides about its sign, and with it about all that one sample gives to one unit's gradient, as it does about
    /// which of two almost equal elements is pooled: single elements differ visibly then, their tensor as a whole does
    /// not. The parameters' own rounding adds an ulp or so.
    private func checkTraining() -> Check {
        let steps = 3
        var check = Check(
            "over \(steps) steps, losses |Δ| ≤ 10⁻⁵·loss, each tensor's update ‖Δ‖ ≤ 1 % of it and an ulp an element")
        let before = parameters
        _ = plainModel  // takes its parameters before they change
        for _ in 0..<steps {
            let loss = plainModel.lossAndGradients(values, labels: labelValues)
            plainModel.update(naiveOptimizer)
            check.compare([trainStep().float], [loss]) { 1e-5 * abs($0) }
        }
        for ((ours, reference), before) in zip(zip(parameters, plainModel.parameters), before) {
            let rounding = Double(reference.reduce(0) { max($0, abs($1)) }.ulp)
            let tolerance = 0.01 * distance(reference, before) + rounding * Double(reference.count).squareRoot()
            check.compareNorms(ours, reference) { _ in tolerance }
        }
        return check
    }

    /// Where the whole would take too long, the gradients of the first samples: each costs the same. The update does
    /// not depend on the batch, and is timed as it is.
    var textbook: LoopForm {
        let textbookModel = TextbookNetwork(network, parameters: parameters)
        let limit = definition.hasConvolutions ? LoopForm.convolutionLimit : LoopForm.productLimit
        let count = LoopForm.textbookShare(of: batch, flops: flops!, limit: limit)
        let scale = Double(batch) / Double(count)
        let inputs = Array(values[..<(count * network.input.count)])
        let labels = Array(labelValues[..<(count * network.pixels)])
        let optimizer = naiveOptimizer
        switch mode {
        case .forward:
            return LoopForm(parts: [.init(scale: scale) { self.logits = textbookModel.forward(inputs, batch: count) }])
        case .train where scale == 1:
            return LoopForm {
                textbookModel.lossAndGradients(inputs, labels: labels)
                textbookModel.update(optimizer)
            }
        case .train:
            return LoopForm(parts: [
                .init(scale: scale) { textbookModel.lossAndGradients(inputs, labels: labels) },
                .init(scale: 1) { textbookModel.update(optimizer) },
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
}
