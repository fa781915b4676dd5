import CCotangentKernels
import CotangentTensor

/// Adadelta (Zeiler, 2012).
///
/// v ← ρ v + (1 − ρ) g², Δ = √(u + ε)/√(v + ε) · g, u ← ρ u + (1 − ρ) Δ², p ← p − learningRate · Δ.
/// PyTorch's `torch.optim.Adadelta`.
public final class Adadelta: Optimizer {
    public var groups: [ParameterGroup]
    public let rho: Double
    public let epsilon: Double
    private var slots: Slots
    private static let names = ["square_avg", "acc_delta"]

    public init(groups: [ParameterGroup], rho: Double = 0.9, epsilon: Double = 1e-6) {
        self.groups = groups
        self.rho = rho
        self.epsilon = epsilon
        slots = Slots(groups, Self.names)
    }

    public init<M: Module>(
        _ model: M, learningRate: Double = 1, weightDecay: Double = 0, rho: Double = 0.9, epsilon: Double = 1e-6
    ) {
        let structure = Structure(of: model)
        groups = [structure.group(learningRate, weightDecay)]
        self.rho = rho
        self.epsilon = epsilon
        slots = Slots(groups, Self.names, closures: structure.closures)
    }

    public func update(with gradients: Gradients) {
        slots.forEach(gradients, groups) { p, g, step in update(p, g, step) }
    }

    private func update(_ p: Tensor, _ g: Tensor, _ step: Slots.Step) {
        let (v, delta, _) = step.kept
        fusedPass(
            p,
            float32: { part in
                let start = part.lowerBound
                ct_adadelta_f32(
                    part.count, floats(p) + start, floats(g) + start, floats(v, start),
                    floats(delta, start),
                    Float(step.learningRate), rho, Float(epsilon), Float(step.weightDecay))
            },
            float64: { part in
                let start = part.lowerBound
                ct_adadelta_f64(
                    part.count, doubles(p) + start, doubles(g) + start, doubles(v, start),
                    doubles(delta, start),
                    step.learningRate, rho, epsilon, step.weightDecay)
            })
    }

    public var state: OptimizerState { slots.state("Adadelta", options, groups) }

    public func restore(_ state: OptimizerState) throws(OptimizerStateError) {
        try slots.restore(state, "Adadelta", options, &groups)
    }

    public func reset() { slots.reset() }

    private var options: [String: Double] {
        ["rho": rho, "epsilon": epsilon]
    }
}
