import CotangentTensor

/// A recurrent network: each step's hidden state comes from the step's input and the hidden state before.
///
///     h⁽ᵗ⁾ = σ(W x⁽ᵗ⁾ + b + U h⁽ᵗ⁻¹⁾ + c)
///
/// with σ = tanh, ReLU or sigmoid; b and c are kept apart as in PyTorch, whose names and order the parameters have:
/// `weight_ih_l0` is W [hidden, input], `weight_hh_l0` U [hidden, hidden], `bias_ih_l0` b, `bias_hh_l0` c; layer k over
/// it `…_lk`, read backward `…_reverse`.
///
/// Textbooks that write h⁽ᵗ⁾ = σ(W [h⁽ᵗ⁻¹⁾; x⁽ᵗ⁻¹⁾] + b) number the stream from 0 and the hidden states from 1, and put U and
/// W side by side in one matrix: x⁽ᵗ⁻¹⁾ there is the input that h⁽ᵗ⁾ reads first here, and the numbers are the same. Their
/// y⁽ᵗ⁾ = σ(W̃ h⁽ᵗ⁾ + b̃) is a ``Linear`` over the outputs. (J. Elman, "Finding structure in time", 1990.)
public struct RNN: RecurrentLayer, ModuleContainer, DescribedModule {
    private let stack: RecurrentStack
    public let activation: RNNActivation

    /// - Parameters:
    ///   - layers: how deep; each reads the outputs of the one below.
    ///   - dropout: the rate between layers in training.
    ///   - bidirectional: a second network reads the sequence backward, and its outputs stand behind the first's.
    public init(
        _ inputSize: Int, _ hiddenSize: Int, layers: Int = 1, activation: RNNActivation = .tanh, bias: Bool = true,
        dropout: Double = 0, bidirectional: Bool = false, initializer: RecurrentInitializer = RecurrentInitializer(),
        dtype: DType = .float32, using generator: inout PhiloxGenerator
    ) {
        self.activation = activation
        stack = RecurrentStack(
            RecurrentOptions(
                name: "RNN", kind: .rnn(activation), inputSize: inputSize, hiddenSize: hiddenSize, layers: layers,
                bias: bias, dropout: dropout, isBidirectional: bidirectional),
            initializer, dtype: dtype, using: &generator)
    }
}

extension RNN: StackedRecurrence {
    var recurrentStack: RecurrentStack { stack }
    package var namedChildren: [(name: String, child: Any)] { stack.namedChildren }
    package var summaryName: String { stack.summaryName }
}
