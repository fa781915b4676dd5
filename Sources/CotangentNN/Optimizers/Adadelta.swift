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
    private var slots: Slots<State>

    private struct State {
        var v: Tensor
        var delta: Tensor
    }

    public init(groups: [ParameterGroup], rho: Double = 0.9, epsilon: Double = 1e-6) {
        self.groups = groups
        self.rho = rho
        self.epsilon = epsilon
        slots = Slots(groups)
    }

    public init<M: Module>(
        _ model: M, learningRate: Double = 1, weightDecay: Double = 0, rho: Double = 0.9, epsilon: Double = 1e-6
    ) {
        let structure = Structure(of: model)
        groups = [structure.group(learningRate, weightDecay)]
        self.rho = rho
        self.epsilon = epsilon
        slots = Slots(groups, closures: structure.closures)
    }

    public func update(with gradients: Gradients) {
        slots.forEach(gradients) { slot, p, g in
            if slot.state == nil { slot.state = initialState(p) }
            step(slot.state!, p, g, groups[slot.group], slot.step)
        }
    }

    private func initialState(_ p: Tensor) -> State {
        State(v: Tensor.zeros(like: p), delta: Tensor.zeros(like: p))
    }

    private func step(_ state: State, _ p: Tensor, _ g: Tensor, _ group: ParameterGroup, _ step: Int) {
        fusedPass(
            p,
            float32: { part in
                let start = part.lowerBound
                ct_adadelta_f32(
                    part.count, floats(p) + start, floats(g) + start, floats(state.v) + start,
                    floats(state.delta) + start,
                    Float(group.learningRate), rho, Float(epsilon), Float(group.weightDecay))
            },
            float64: { part in
                let start = part.lowerBound
                ct_adadelta_f64(
                    part.count, doubles(p) + start, doubles(g) + start, doubles(state.v) + start,
                    doubles(state.delta) + start,
                    group.learningRate, rho, epsilon, group.weightDecay)
            })
    }
}
