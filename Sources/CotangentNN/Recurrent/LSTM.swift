import CotangentTensor

/// Long short-term memory: a cell c that gates write to, clear and read, so that what it holds lasts over many steps.
///
///     i = σ(Wᵢ x + bᵢ + Uᵢ h + cᵢ)        what is written
///     f = σ(W_f x + b_f + U_f h + c_f)    what is kept
///     g = tanh(W_g x + b_g + U_g h + c_g)
///     o = σ(Wₒ x + bₒ + Uₒ h + cₒ)        what is read
///     c ← f ∗ c + i ∗ g
///     h ← o ∗ tanh(c)
///
/// The gates' weights are stacked in this order in `weight_ih_l0` [4 · hidden, input] and `weight_hh_l0`
/// [4 · hidden, hidden], the biases likewise: PyTorch's names and order. With a `projectionSize` h ← R (o ∗ tanh(c)), R
/// is `weight_hr_l0` [projection, hidden], and U reads the projection (Sak, Senior, Beaufays, 2014).
/// (S. Hochreiter, J. Schmidhuber, "Long short-term memory", 1997; forget gate by Gers et al., 2000.)
public struct LSTM: RecurrentLayer, ModuleContainer, DescribedModule {
    private let stack: RecurrentStack

    /// - Parameters:
    ///   - projectionSize: the outputs' size, below `hiddenSize`; nil for none.
    ///   - layers: how deep; each reads the outputs of the one below.
    ///   - dropout: the rate between layers in training.
    ///   - bidirectional: a second network reads the sequence backward, and its outputs stand behind the first's.
    public init(
        _ inputSize: Int, _ hiddenSize: Int, projectionSize: Int? = nil, layers: Int = 1, bias: Bool = true,
        dropout: Double = 0, bidirectional: Bool = false, initializer: RecurrentInitializer = RecurrentInitializer(),
        dtype: DType = .float32, using generator: inout PhiloxGenerator
    ) {
        stack = RecurrentStack(
            RecurrentOptions(
                name: "LSTM", kind: .lstm, inputSize: inputSize, hiddenSize: hiddenSize,
                projectionSize: projectionSize, layers: layers, bias: bias, dropout: dropout,
                isBidirectional: bidirectional),
            initializer, dtype: dtype, using: &generator)
    }

    public var projectionSize: Int? { stack.options.projectionSize }
}

extension LSTM: StackedRecurrence {
    var recurrentStack: RecurrentStack { stack }
    package var namedChildren: [(name: String, child: Any)] { stack.namedChildren }
    package var summaryName: String { stack.summaryName }
}
