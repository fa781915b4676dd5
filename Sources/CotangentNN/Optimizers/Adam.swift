import CCotangentKernels
import CotangentTensor

/// Adam (Kingma and Ba, 2015).
///
/// m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², p ← p − learningRate · m̂ / (√v̂ + ε) with m̂ = m/(1 − β₁ᵗ),
/// v̂ = v/(1 − β₂ᵗ). With `amsgrad`, v̂ is taken from the largest v so far (Reddi, Kale, Kumar, 2018). Weight decay is
/// added to the gradient. PyTorch's `torch.optim.Adam`.
public final class Adam: Optimizer {
    public var groups: [ParameterGroup]
    public let beta1: Double
    public let beta2: Double
    public let epsilon: Double
    public let amsgrad: Bool
    /// Whether weight decay shrinks the parameter apart from the gradient: AdamW.
    private let isDecoupled: Bool
    private var slots: Slots

    public convenience init(
        groups: [ParameterGroup], beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
        amsgrad: Bool = false
    ) {
        self.init(groups, [], beta1, beta2, epsilon, amsgrad, isDecoupled: false)
    }

    public convenience init<M: Module>(
        _ model: M, learningRate: Double = 0.001, weightDecay: Double = 0, beta1: Double = 0.9, beta2: Double = 0.999,
        epsilon: Double = 1e-8, amsgrad: Bool = false
    ) {
        let structure = Structure(of: model)
        self.init(
            [structure.group(learningRate, weightDecay)], structure.closures, beta1, beta2, epsilon, amsgrad,
            isDecoupled: false)
    }

    init(
        _ groups: [ParameterGroup], _ closures: [String], _ beta1: Double, _ beta2: Double, _ epsilon: Double,
        _ amsgrad: Bool, isDecoupled: Bool
    ) {
        self.groups = groups
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.amsgrad = amsgrad
        self.isDecoupled = isDecoupled
        slots = Slots(
            groups, ["exp_avg", "exp_avg_sq"] + (amsgrad ? ["max_exp_avg_sq"] : []), closures: closures)
    }

    public func update(with gradients: Gradients) {
        slots.forEach(gradients, groups) { p, g, step in update(p, g, step) }
    }

    private func update(_ p: Tensor, _ g: Tensor, _ step: Slots.Step) {
        let (m, v, largest) = step.kept
        fusedPass(
            p,
            float32: { part in
                let start = part.lowerBound
                ct_adam_f32(
                    part.count, floats(p) + start, floats(g) + start, floats(m, start), floats(v, start),
                    floats(largest, start),
                    step.learningRate, beta1, beta2, epsilon, step.weightDecay, isDecoupled ? 1 : 0,
                    step.number)
            },
            float64: { part in
                let start = part.lowerBound
                ct_adam_f64(
                    part.count, doubles(p) + start, doubles(g) + start, doubles(m, start),
                    doubles(v, start),
                    doubles(largest, start),
                    step.learningRate, beta1, beta2, epsilon, step.weightDecay, isDecoupled ? 1 : 0,
                    step.number)
            })
    }

    public var state: OptimizerState { slots.state(kind, options, groups) }

    public func restore(_ state: OptimizerState) throws(OptimizerStateError) {
        try slots.restore(state, kind, options, &groups)
    }

    public func reset() { slots.reset() }

    private var kind: String { isDecoupled ? "AdamW" : "Adam" }

    private var options: [String: Double] {
        ["beta1": beta1, "beta2": beta2, "epsilon": epsilon, "amsgrad": amsgrad ? 1 : 0]
    }
}
