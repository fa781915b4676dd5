import CotangentTensor

/// One vector, a sequence of outputs: a melody in a given style, the caption of an image.
///
///     h⁽⁰⁾ = tanh(Wₕ v + bₕ),   h⁽ᵗ⁾ = σ(W E[token⁽ᵗ⁾] + b + U h⁽ᵗ⁻¹⁾ + c),   logits⁽ᵗ⁾ = W̃ h⁽ᵗ⁾ + b̃
///
/// The vector becomes the state in which a ``LanguageModel`` begins. Where the one input is a token, the language model
/// alone is the architecture. Parameters: those of `start` and of `model`.
///
/// ```swift
/// let language = LanguageModel(vocabularySize: 30, GRU(16, 64, using: &generator), using: &generator)
/// let model = OneToMany(contextSize: 8, language, using: &generator)
/// let loss = sequenceCrossEntropy(model(styles, notes[..<(-1)]), notes[1...], lengths: lengths)
/// let melody = model.generate(from: style, prompt: [start], count: 100, stopToken: end, using: &generator)
/// ```
public struct OneToMany<Recurrence: RecurrentLayer>: Module {
    public let start: InitialState
    public let model: LanguageModel<Recurrence>

    public init(contextSize: Int, _ model: LanguageModel<Recurrence>, using generator: inout PhiloxGenerator) {
        start = InitialState(contextSize, for: model.recurrence, using: &generator)
        self.model = model
    }

    /// For training: vectors [batch, contextSize] and tokens int64 [time, batch], each sequence's beginning with a
    /// start token → logits [time, batch, vocabulary] of the tokens one later.
    public func callAsFunction(_ contexts: Tensor, _ tokens: Tensor, lengths: [Int]? = nil) -> Tensor {
        model(tokens, state: start(contexts), lengths: lengths).logits
    }

    /// Goes on from a vector [contextSize] and a prompt: see
    /// ``LanguageModel/generate(from:count:sampling:stopToken:state:adjusting:using:)``.
    public func generate(
        from context: Tensor, prompt: [Int], count: Int, sampling: Sampling = Sampling(), stopToken: Int? = nil,
        adjusting: ((_ logits: Tensor, _ written: [Int]) -> Tensor)? = nil,
        using generator: inout PhiloxGenerator
    ) -> Generation {
        guard context.rank == 1 else { fail("generate", "the context is \(context.summary): one vector is wanted") }
        return model.generate(
            from: prompt, count: count, sampling: sampling, stopToken: stopToken,
            state: start(context.expandingAxis(0)), adjusting: adjusting, using: &generator)
    }
}
