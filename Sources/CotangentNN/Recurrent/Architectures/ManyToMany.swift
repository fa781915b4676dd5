import CotangentTensor

/// An output at every step, as many as inputs: names in a text, the next word of a sentence, a signal without its
/// noise.
///
///     h⁽ᵗ⁾ = σ(W x⁽ᵗ⁾ + b + U h⁽ᵗ⁻¹⁾ + c),   y⁽ᵗ⁾ = σ(W̃ h⁽ᵗ⁾ + b̃)
///
/// x [time, batch, inputSize] → y [time, batch, outputSize]. With a bidirectional recurrence h⁽ᵗ⁾ is [h→; h←], and y⁽ᵗ⁾
/// knows the whole sequence; where the future is not known yet, as in a stream, the recurrence must read forward only.
///
/// ```swift
/// let tagger = ManyToMany(LSTM(64, 128, bidirectional: true, using: &generator), outputSize: 9, using: &generator)
/// let (logits, _) = tagger(embedding(words), lengths: lengths)
/// let loss = sequenceCrossEntropy(logits, tags, lengths: lengths)
/// ```
public struct ManyToMany<Recurrence: RecurrentLayer>: Layer {
    public let recurrence: Recurrence
    public let output: Linear
    public let activation: OutputActivation

    public init(
        _ recurrence: Recurrence, outputSize: Int, activation: OutputActivation = .none,
        using generator: inout PhiloxGenerator
    ) {
        self.recurrence = recurrence
        output = Linear(recurrence.outputSize, outputSize, dtype: recurrence.dtype, using: &generator)
        self.activation = activation
    }

    public func callAsFunction(_ x: Tensor) -> Tensor { activation(output(recurrence(x))) }

    /// The same from a given state, for sequences of their own lengths, with the state behind them.
    ///
    /// Beyond a sequence's length y is σ(b̃), which means nothing: ``sequenceLoss(_:lengths:mask:reduction:)`` and its
    /// like skip it.
    public func callAsFunction(
        _ x: Tensor, state: RecurrentState? = nil, lengths: [Int]? = nil
    ) -> (outputs: Tensor, state: RecurrentState) {
        let (hidden, end) = recurrence(x, state: state, lengths: lengths)
        return (activation(output(hidden)), end)
    }

    /// One step of a stream: x [batch, inputSize] → y [batch, outputSize], and the state for the next step.
    public func step(_ x: Tensor, state: RecurrentState?) -> (output: Tensor, state: RecurrentState) {
        let (hidden, end) = recurrence.step(x, state: state)
        return (activation(output(hidden)), end)
    }
}
