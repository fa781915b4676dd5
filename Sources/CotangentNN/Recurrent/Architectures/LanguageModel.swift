import CotangentTensor

/// Says at every step which token comes next: trained many-to-many, and used one-to-many, to write.
///
///     x⁽ᵗ⁾ = E[token⁽ᵗ⁾],   h⁽ᵗ⁾ = σ(W x⁽ᵗ⁾ + b + U h⁽ᵗ⁻¹⁾ + c),   logits⁽ᵗ⁾ = W̃ h⁽ᵗ⁾ + b̃
///
/// Tokens int64 [time, batch] → logits [time, batch, vocabularySize]. Parameters: `embedding.weight` (none with one-hot
/// tokens), those of `recurrence`, `output.weight` and `output.bias`.
///
/// ```swift
/// let model = LanguageModel(vocabularySize: 80, LSTM(64, 256, layers: 2, using: &generator), using: &generator)
/// let (logits, state) = model(text[..<100], state: carried)
/// let loss = sequenceCrossEntropy(logits, text[1...100], reduction: .steps)
/// let song = model.generate(from: [start], count: 200, sampling: Sampling(temperature: 0.8), using: &generator)
/// ```
public struct LanguageModel<Recurrence: RecurrentLayer>: Layer {
    public let embedding: Embedding?
    public let recurrence: Recurrence
    public let output: Linear

    /// - Parameters:
    ///   - recurrence: reads forward only; its input size is that of the tokens' vectors.
    ///   - tiesWeights: W̃ is E, so that `recurrence.outputSize` is its input size (Press and Wolf, 2017; Inan et al.,
    ///     2017). Both go by the name `embedding.weight`. E begins normal with deviation 1/√size then, else with 1.
    public init(
        vocabularySize: Int, _ recurrence: Recurrence, tokens: TokenEncoding = .embedding, tiesWeights: Bool = false,
        using generator: inout PhiloxGenerator
    ) {
        if recurrence.isBidirectional { fail("LanguageModel", "a bidirectional recurrence sees the token to be told") }
        let size = recurrence.inputSize
        let dtype = recurrence.dtype
        embedding = tokenTable(
            "LanguageModel", tokens, vocabularySize: vocabularySize, size: size,
            initializer: .normal(deviation: tiesWeights ? 1 / Double(size).squareRoot() : 1), dtype: dtype,
            using: &generator)
        self.recurrence = recurrence
        let output = Linear(recurrence.outputSize, vocabularySize, dtype: dtype, using: &generator)
        if tiesWeights {
            guard let embedding, recurrence.outputSize == size else {
                fail(
                    "LanguageModel",
                    "tied weights need an embedding and a recurrence that gives as many features as it reads, not \(size) → \(recurrence.outputSize)"
                )
            }
            self.output = Linear(sharing: embedding.weight, bias: output.bias)
        } else {
            self.output = output
        }
    }

    public var vocabularySize: Int { output.weight.shape[0] }

    public func callAsFunction(_ tokens: Tensor) -> Tensor { output(recurrence(vectors(tokens))) }

    /// The same from a given state, for sequences of their own lengths, with the state behind them. The tokens beyond a
    /// sequence's length must be within the vocabulary, and count for nothing.
    public func callAsFunction(
        _ tokens: Tensor, state: RecurrentState? = nil, lengths: [Int]? = nil
    ) -> (logits: Tensor, state: RecurrentState) {
        let (outputs, end) = recurrence(vectors(tokens), state: state, lengths: lengths)
        return (output(outputs), end)
    }

    /// One step of a stream: tokens [batch] → logits [batch, vocabularySize] of the next, and the state for it.
    public func step(_ tokens: Tensor, state: RecurrentState?) -> (logits: Tensor, state: RecurrentState) {
        let (hidden, end) = recurrence.step(vectors(tokens), state: state)
        return (output(hidden), end)
    }

    func vectors(_ tokens: Tensor) -> Tensor {
        tokenVectors(tokens, embedding, vocabularySize: vocabularySize, output.weight.dtype)
    }
}
