import CCotangentKernels
import CotangentTensor

/// RMSProp (Tieleman and Hinton, 2012).
///
/// v ← α v + (1 − α) g², p ← p − learningRate · g / (√v + ε). `centered` subtracts the square of the gradient's running
/// mean from v (Graves, 2013); with `momentum`, steps accumulate. PyTorch's `torch.optim.RMSprop`.
public final class RMSProp: Optimizer {
    public var groups: [ParameterGroup]
    public let alpha: Double
    public let epsilon: Double
    public let momentum: Double
    public let centered: Bool
    private var slots: Slots<State>

    private struct State {
        var v: Tensor
        var mean: Tensor?
        var velocity: Tensor?
    }

    public init(
        groups: [ParameterGroup], alpha: Double = 0.99, epsilon: Double = 1e-8, momentum: Double = 0,
        centered: Bool = false
    ) {
        self.groups = groups
        self.alpha = alpha
        self.epsilon = epsilon
        self.momentum = momentum
        self.centered = centered
        slots = Slots(groups)
    }

    public init<M: Module>(
        _ model: M, learningRate: Double = 0.01, weightDecay: Double = 0, alpha: Double = 0.99, epsilon: Double = 1e-8,
        momentum: Double = 0, centered: Bool = false
    ) {
        let structure = Structure(of: model)
        groups = [structure.group(learningRate, weightDecay)]
        self.alpha = alpha
        self.epsilon = epsilon
        self.momentum = momentum
        self.centered = centered
        slots = Slots(groups, closures: structure.closures)
    }

    public func update(with gradients: Gradients) {
        slots.forEach(gradients) { slot, p, g in
            if slot.state == nil { slot.state = initialState(p) }
            step(slot.state!, p, g, groups[slot.group], slot.step)
        }
    }

    private func initialState(_ p: Tensor) -> State {
        State(
            v: Tensor.zeros(like: p), mean: centered ? Tensor.zeros(like: p) : nil,
            velocity: momentum > 0 ? Tensor.zeros(like: p) : nil)
    }

    private func step(_ state: State, _ p: Tensor, _ g: Tensor, _ group: ParameterGroup, _ step: Int) {
        fusedPass(
            p,
            float32: { part in
                let start = part.lowerBound
                ct_rmsprop_f32(
                    part.count, floats(p) + start, floats(g) + start, floats(state.v) + start,
                    state.mean.map { floats($0) + start }, state.velocity.map { floats($0) + start },
                    Float(group.learningRate), alpha, Float(epsilon), Float(momentum), Float(group.weightDecay))
            },
            float64: { part in
                let start = part.lowerBound
                ct_rmsprop_f64(
                    part.count, doubles(p) + start, doubles(g) + start, doubles(state.v) + start,
                    state.mean.map { doubles($0) + start }, state.velocity.map { doubles($0) + start },
                    group.learningRate, alpha, epsilon, momentum, group.weightDecay)
            })
    }
}
