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
    private var slots: Slots<State>

    private struct State {
        var sum: Tensor
    }

    public init(
        groups: [ParameterGroup], rateDecay: Double = 0, initialAccumulator: Double = 0, epsilon: Double = 1e-10
    ) {
        self.groups = groups
        self.rateDecay = rateDecay
        self.initialAccumulator = initialAccumulator
        self.epsilon = epsilon
        slots = Slots(groups)
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
        slots = Slots(groups, closures: structure.closures)
    }

    public func update(with gradients: Gradients) {
        slots.forEach(gradients) { slot, p, g in
            if slot.state == nil { slot.state = initialState(p) }
            step(slot.state!, p, g, groups[slot.group], slot.step)
        }
    }

    private func initialState(_ p: Tensor) -> State {
        State(sum: Tensor.full(p.shape, initialAccumulator, dtype: p.dtype))
    }

    private func step(_ state: State, _ p: Tensor, _ g: Tensor, _ group: ParameterGroup, _ step: Int) {
        fusedPass(
            p,
            float32: { part in
                let start = part.lowerBound
                ct_adagrad_f32(
                    part.count, floats(p) + start, floats(g) + start, floats(state.sum) + start,
                    group.learningRate, rateDecay, Float(epsilon), Float(group.weightDecay), step)
            },
            float64: { part in
                let start = part.lowerBound
                ct_adagrad_f64(
                    part.count, doubles(p) + start, doubles(g) + start, doubles(state.sum) + start,
                    group.learningRate, rateDecay, epsilon, group.weightDecay, step)
            })
    }
}
