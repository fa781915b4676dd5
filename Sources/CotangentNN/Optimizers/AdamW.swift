import CotangentTensor

/// Adam with decoupled weight decay (Loshchilov and Hutter, 2019).
///
/// As ``Adam``, but weight decay shrinks the parameter by learningRate · weightDecay, apart from the gradient.
/// PyTorch's `torch.optim.AdamW`.
public final class AdamW: Optimizer {
    private let adam: Adam

    public var groups: [ParameterGroup] {
        get { adam.groups }
        set { adam.groups = newValue }
    }

    public init(
        groups: [ParameterGroup], beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
        amsgrad: Bool = false
    ) {
        adam = Adam(groups, [], beta1, beta2, epsilon, amsgrad, isDecoupled: true)
    }

    public init<M: Module>(
        _ model: M, learningRate: Double = 0.001, weightDecay: Double = 0.01, beta1: Double = 0.9,
        beta2: Double = 0.999, epsilon: Double = 1e-8, amsgrad: Bool = false
    ) {
        let structure = Structure(of: model)
        adam = Adam(
            [structure.group(learningRate, weightDecay)], structure.closures, beta1, beta2, epsilon, amsgrad,
            isDecoupled: true)
    }

    public func update(with gradients: Gradients) { adam.update(with: gradients) }

    public var state: OptimizerState { adam.state }

    public func restore(_ state: OptimizerState) throws(OptimizerStateError) { try adam.restore(state) }

    public func reset() { adam.reset() }
}
