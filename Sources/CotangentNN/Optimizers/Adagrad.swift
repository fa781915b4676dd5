import CCotangentKernels
import CotangentTensor

/// Adagrad (Duchi, Hazan, Singer, 2011).
///
/// s ← s + g², p ← p − rate · g / (√s + ε), with rate = learningRate / (1 + (t − 1) · rateDecay).
/// PyTorch's `torch.optim.Adagrad`.
public final class Adagrad: Optimizer {
    public var groups: [ParameterGroup]
    public let rateDecay: Double
    public let initialAccumulator: Double
    public let epsilon: Double
    private var slots: Slots

    public init(
        groups: [ParameterGroup], rateDecay: Double = 0, initialAccumulator: Double = 0, epsilon: Double = 1e-10
    ) {
        self.groups = groups
        self.rateDecay = rateDecay
        self.initialAccumulator = initialAccumulator
        self.epsilon = epsilon
        slots = Slots(groups, ["sum"], start: initialAccumulator)
    }

    public init<M: Module>(
        _ model: M, learningRate: Double = 0.01, weightDecay: Double = 0, rateDecay: Double = 0,
        initialAccumulator: Double = 0, epsilon: Double = 1e-10
    ) {
        let structure = Structure(of: model)
        groups = [structure.group(learningRate, weightDecay)]
        self.rateDecay = rateDecay
        self.initialAccumulator = initialAccumulator
        self.epsilon = epsilon
        slots = Slots(groups, ["sum"], start: initialAccumulator, closures: structure.closures)
    }

    public func update(with gradients: Gradients) {
        slots.forEach(gradients, groups) { p, g, step in update(p, g, step) }
    }

    private func update(_ p: Tensor, _ g: Tensor, _ step: Slots.Step) {
        let sum = step.kept.0
        fusedPass(
            p,
            float32: { part in
                let start = part.lowerBound
                ct_adagrad_f32(
                    part.count, floats(p) + start, floats(g) + start, floats(sum, start),
                    step.learningRate, rateDecay, Float(epsilon), Float(step.weightDecay), step.number)
            },
            float64: { part in
                let start = part.lowerBound
                ct_adagrad_f64(
                    part.count, doubles(p) + start, doubles(g) + start, doubles(sum, start),
                    step.learningRate, rateDecay, epsilon, step.weightDecay, step.number)
            })
    }

    public var state: OptimizerState { slots.state("Adagrad", options, groups) }

    public func restore(_ state: OptimizerState) throws(OptimizerStateError) {
        try slots.restore(state, "Adagrad", options, &groups)
    }

    public func reset() { slots.reset() }

    private var options: [String: Double] {
        ["rateDecay": rateDecay, "initialAccumulator": initialAccumulator, "epsilon": epsilon]
    }
}
