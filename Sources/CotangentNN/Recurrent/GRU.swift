import CotangentTensor

/// Gated recurrent unit: two gates, and no cell beside the hidden state.
///
///     r = σ(Wᵣ x + bᵣ + Uᵣ h + cᵣ)           what of the past the candidate sees
///     z = σ(W_z x + b_z + U_z h + c_z)       what is kept
///     n = tanh(Wₙ x + bₙ + r ∗ (Uₙ h + cₙ))  the candidate
///     h ← (1 − z) ∗ n + z ∗ h
///
/// The weights are stacked in the order r, z, n in `weight_ih_l0` [3 · hidden, input] and `weight_hh_l0`
/// [3 · hidden, hidden], the biases likewise: PyTorch's names, order and equations. With `reset: .beforeProduct` the
/// candidate is n = tanh(Wₙ x + bₙ + Uₙ (r ∗ h) + cₙ), as the paper has it, whose z is 1 − z here.
/// (K. Cho et al., "Learning phrase representations using RNN encoder–decoder", 2014.)
public struct GRU: RecurrentLayer, ModuleContainer, DescribedModule {
    private let stack: RecurrentStack
    public let reset: GRUReset

    /// - Parameters:
    ///   - reset: where the reset gate acts.
    ///   - layers: how deep; each reads the outputs of the one below.
    ///   - dropout: the rate between layers in training.
    ///   - bidirectional: a second network reads the sequence backward, and its outputs stand behind the first's.
    public init(
        _ inputSize: Int, _ hiddenSize: Int, reset: GRUReset = .afterProduct, layers: Int = 1, bias: Bool = true,
        dropout: Double = 0, bidirectional: Bool = false, initializer: RecurrentInitializer = RecurrentInitializer(),
        dtype: DType = .float32, using generator: inout PhiloxGenerator
    ) {
        self.reset = reset
        stack = RecurrentStack(
            RecurrentOptions(
                name: "GRU", kind: .gru(reset), inputSize: inputSize, hiddenSize: hiddenSize, layers: layers,
                bias: bias, dropout: dropout, isBidirectional: bidirectional),
            initializer, dtype: dtype, using: &generator)
    }
}

extension GRU: StackedRecurrence {
    var recurrentStack: RecurrentStack { stack }
    package var namedChildren: [(name: String, child: Any)] { stack.namedChildren }
    package var summaryName: String { stack.summaryName }
}
