import CCotangentKernels
import CotangentTensor

/// Stochastic gradient descent: p ← p − learningRate · (g + weightDecay · p), with momentum where asked.
///
/// v ← momentum · v + (1 − dampening) · g (the first time v ← g), and p ← p − learningRate · v, or with Nesterov's form
/// − learningRate · (g + momentum · v). PyTorch's `torch.optim.SGD`.
public final class SGD: Optimizer {
    public var groups: [ParameterGroup]
    public let momentum: Double
    public let dampening: Double
    public let nesterov: Bool
    private var slots: Slots

    public init(
        groups: [ParameterGroup], momentum: Double = 0, dampening: Double = 0, nesterov: Bool = false
    ) {
        if nesterov, momentum <= 0 || dampening != 0 {
            fail("SGD", "Nesterov's form needs a momentum and no dampening")
        }
        self.groups = groups
        self.momentum = momentum
        self.dampening = dampening
        self.nesterov = nesterov
        slots = Slots(groups, Self.names(momentum))
    }

    public init<M: Module>(
        _ model: M, learningRate: Double, momentum: Double = 0, dampening: Double = 0, weightDecay: Double = 0,
        nesterov: Bool = false
    ) {
        if nesterov, momentum <= 0 || dampening != 0 {
            fail("SGD", "Nesterov's form needs a momentum and no dampening")
        }
        let structure = Structure(of: model)
        groups = [structure.group(learningRate, weightDecay)]
        self.momentum = momentum
        self.dampening = dampening
        self.nesterov = nesterov
        slots = Slots(groups, Self.names(momentum), closures: structure.closures)
    }

    public func update(with gradients: Gradients) {
        slots.forEach(gradients, groups) { p, g, step in
            if momentum == 0 { plainUpdate(p, g, step) } else { momentumUpdate(p, g, step) }
        }
    }

    private static func names(_ momentum: Double) -> [String] { momentum == 0 ? [] : ["momentum_buffer"] }

    private func plainUpdate(_ p: Tensor, _ g: Tensor, _ step: Slots.Step) {
        fusedPass(
            p,
            float32: { part in
                let start = part.lowerBound
                ct_sgd_f32(
                    part.count, floats(p) + start, floats(g) + start, Float(step.learningRate),
                    Float(step.weightDecay))
            },
            float64: { part in
                let start = part.lowerBound
                ct_sgd_f64(part.count, doubles(p) + start, doubles(g) + start, step.learningRate, step.weightDecay)
            })
    }

    private func momentumUpdate(_ p: Tensor, _ g: Tensor, _ step: Slots.Step) {
        let v = step.kept.0
        let first: Int32 = step.number == 1 ? 1 : 0
        fusedPass(
            p,
            float32: { part in
                let start = part.lowerBound
                ct_sgd_momentum_f32(
                    part.count, floats(p) + start, floats(g) + start, floats(v, start), Float(step.learningRate),
                    Float(momentum), dampening, Float(step.weightDecay), nesterov ? 1 : 0, first)
            },
            float64: { part in
                let start = part.lowerBound
                ct_sgd_momentum_f64(
                    part.count, doubles(p) + start, doubles(g) + start, doubles(v, start), step.learningRate,
                    momentum, dampening, step.weightDecay, nesterov ? 1 : 0, first)
            })
    }

    public var state: OptimizerState { slots.state("SGD", options, groups) }

    public func restore(_ state: OptimizerState) throws(OptimizerStateError) {
        try slots.restore(state, "SGD", options, &groups)
    }

    public func reset() { slots.reset() }

    private var options: [String: Double] {
        ["momentum": momentum, "dampening": dampening, "nesterov": nesterov ? 1 : 0]
    }
}
