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
    private var slots: Slots<Tensor>

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
        slots = Slots(groups)
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
        slots = Slots(groups, closures: structure.closures)
    }

    public func update(with gradients: Gradients) {
        slots.forEach(gradients) { slot, p, g in
            let group = groups[slot.group]
            if momentum == 0 { plainStep(p, g, group) } else { momentumStep(&slot, p, g, group) }
        }
    }

    private func plainStep(_ p: Tensor, _ g: Tensor, _ group: ParameterGroup) {
        fusedPass(
            p,
            float32: { part in
                let start = part.lowerBound
                ct_sgd_f32(
                    part.count, floats(p) + start, floats(g) + start, Float(group.learningRate),
                    Float(group.weightDecay))
            },
            float64: { part in
                let start = part.lowerBound
                ct_sgd_f64(part.count, doubles(p) + start, doubles(g) + start, group.learningRate, group.weightDecay)
            })
    }

    private func momentumStep(_ slot: inout Slots<Tensor>.Slot, _ p: Tensor, _ g: Tensor, _ group: ParameterGroup) {
        let first: Int32 = slot.state == nil ? 1 : 0
        if slot.state == nil { slot.state = Tensor.zeros(like: p) }
        let v = slot.state!
        fusedPass(
            p,
            float32: { part in
                let start = part.lowerBound
                ct_sgd_momentum_f32(
                    part.count, floats(p) + start, floats(g) + start, floats(v) + start, Float(group.learningRate),
                    Float(momentum), dampening, Float(group.weightDecay), nesterov ? 1 : 0, first)
            },
            float64: { part in
                let start = part.lowerBound
                ct_sgd_momentum_f64(
                    part.count, doubles(p) + start, doubles(g) + start, doubles(v) + start, group.learningRate,
                    momentum, dampening, group.weightDecay, nesterov ? 1 : 0, first)
            })
    }
}
