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
    private var slots: Slots

    public init(
        groups: [ParameterGroup], alpha: Double = 0.99, epsilon: Double = 1e-8, momentum: Double = 0,
        centered: Bool = false
    ) {
        self.groups = groups
        self.alpha = alpha
        self.epsilon = epsilon
        self.momentum = momentum
        self.centered = centered
        slots = Slots(groups, Self.names(momentum, centered))
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
        slots = Slots(groups, Self.names(momentum, centered), closures: structure.closures)
    }

    public func update(with gradients: Gradients) {
        slots.forEach(gradients, groups) { p, g, step in update(p, g, step) }
    }

    private static func names(_ momentum: Double, _ centered: Bool) -> [String] {
        ["square_avg"] + (momentum > 0 ? ["momentum_buffer"] : []) + (centered ? ["grad_avg"] : [])
    }

    private func update(_ p: Tensor, _ g: Tensor, _ step: Slots.Step) {
        let (v, second, third) = step.kept
        let (velocity, mean) = momentum > 0 ? (second, third) : (nil, second)
        fusedPass(
            p,
            float32: { part in
                let start = part.lowerBound
                ct_rmsprop_f32(
                    part.count, floats(p) + start, floats(g) + start, floats(v, start),
                    floats(mean, start), floats(velocity, start),
                    Float(step.learningRate), alpha, Float(epsilon), Float(momentum), Float(step.weightDecay))
            },
            float64: { part in
                let start = part.lowerBound
                ct_rmsprop_f64(
                    part.count, doubles(p) + start, doubles(g) + start, doubles(v, start),
                    doubles(mean, start), doubles(velocity, start),
                    step.learningRate, alpha, epsilon, momentum, step.weightDecay)
            })
    }

    public var state: OptimizerState { slots.state("RMSProp", options, groups) }

    public func restore(_ state: OptimizerState) throws(OptimizerStateError) {
        try slots.restore(state, "RMSProp", options, &groups)
    }

    public func reset() { slots.reset() }

    private var options: [String: Double] {
        ["alpha": alpha, "epsilon": epsilon, "momentum": momentum, "centered": centered ? 1 : 0]
    }
}
