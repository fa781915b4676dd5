import CotangentTensor

/// A sequence in, a sequence of another length out: translation, a summary, speech to text.
///
///     encoder:   h⁽ˢ⁾ = rnn(E[source⁽ˢ⁾], h⁽ˢ⁻¹⁾)
///     decoder:   s⁽⁰⁾ from the encoder's last state,   s⁽ᵗ⁾ = rnn(E′[y⁽ᵗ⁻¹⁾], s⁽ᵗ⁻¹⁾),   y⁽⁰⁾ the start token
///     attention: c⁽ᵗ⁾ = Σₛ αₜₛ h⁽ˢ⁾,   s̃⁽ᵗ⁾ = tanh(W [c⁽ᵗ⁾; s⁽ᵗ⁾])
///     logits⁽ᵗ⁾ = W̃ s̃⁽ᵗ⁾ + b̃   (W̃ s⁽ᵗ⁾ + b̃ without attention)
///
/// With additive attention c⁽ᵗ⁾ is looked up by s⁽ᵗ⁻¹⁾ and the decoder reads [E′[y⁽ᵗ⁻¹⁾]; c⁽ᵗ⁾] (Bahdanau et al.,
/// 2015); with dot products it is looked up by s⁽ᵗ⁾ (Luong et al., 2015). Without attention it is the network of
/// Sutskever, Vinyals and Le (2014).
///
/// Where both networks have states of one shape the decoder begins in the encoder's, else in tanh of a linear map of
/// it, `bridge`. Parameters: `sourceEmbedding.weight`, `encoder.…`, `bridge.…`, `targetEmbedding.weight`, `decoder.…`,
/// `attention.…`, `combination.weight`, `output.weight`, `output.bias`.
///
/// ```swift
/// let logits = model(source, targets, sourceLengths: lengths)      // targets end with the end token
/// let loss = sequenceCrossEntropy(logits, targets, lengths: targetLengths)
/// let best = model.beamSearch(source, lengths: lengths, width: 4, maximumLength: 50)
/// ```
public struct EncoderDecoder<Encoder: RecurrentLayer, Decoder: RecurrentLayer>: Module {
    public let sourceEmbedding: Embedding?
    public let encoder: Encoder
    public let bridge: InitialState?
    public let targetEmbedding: Embedding?
    public let decoder: Decoder
    public let attention: Attention?
    public let combination: Linear?
    public let output: Linear
    public let sourceVocabularySize: Int
    public let startToken: Int
    public let endToken: Int

    /// - Parameters:
    ///   - encoder: reads the source's vectors, of its input size; in both directions, if wanted.
    ///   - decoder: reads forward only. Its input size is that of the target's vectors, and with additive attention
    ///     `encoder.outputSize` more.
    ///   - attention: nil for none.
    ///   - startToken, endToken: of the target's vocabulary.
    public init(
        _ encoder: Encoder, _ decoder: Decoder, sourceVocabularySize: Int, targetVocabularySize: Int,
        attention score: AttentionScore? = nil, tokens: TokenEncoding = .embedding, startToken: Int, endToken: Int,
        using generator: inout PhiloxGenerator
    ) {
        let dtype = decoder.dtype
        if decoder.isBidirectional { fail("EncoderDecoder", "a bidirectional decoder sees the token to be told") }
        guard encoder.dtype == dtype else {
            fail(
                "EncoderDecoder",
                "the encoder is of \(encoder.dtype), the decoder of \(dtype): they must be of one dtype")
        }
        for token in [startToken, endToken] where !(0..<targetVocabularySize).contains(token) {
            fail("EncoderDecoder", "the start or end token \(token) is not within 0..<\(targetVocabularySize)")
        }
        self.encoder = encoder
        self.decoder = decoder
        self.sourceVocabularySize = sourceVocabularySize
        self.startToken = startToken
        self.endToken = endToken
        sourceEmbedding = tokenTable(
            "EncoderDecoder", tokens, vocabularySize: sourceVocabularySize, size: encoder.inputSize, dtype: dtype,
            using: &generator)
        targetEmbedding = tokenTable(
            "EncoderDecoder", tokens, vocabularySize: targetVocabularySize,
            size: decoder.inputSize - (score == .additive ? encoder.outputSize : 0), dtype: dtype, using: &generator)
        let (read, written) = (encoder.initialState(batch: 1), decoder.initialState(batch: 1))
        if read.hidden.shape == written.hidden.shape, read.cell?.shape == written.cell?.shape,
            !encoder.isBidirectional
        {
            bridge = nil
        } else {
            bridge = InitialState(read.hidden.count + (read.cell?.count ?? 0), for: decoder, using: &generator)
        }
        let (memorySize, size) = (encoder.outputSize, decoder.outputSize)
        attention = score.map {
            Attention(querySize: size, memorySize: memorySize, $0, dtype: dtype, using: &generator)
        }
        combination =
            score == nil ? nil : Linear(memorySize + size, size, bias: false, dtype: dtype, using: &generator)
        output = Linear(size, targetVocabularySize, dtype: dtype, using: &generator)
    }

    public var targetVocabularySize: Int { output.weight.shape[0] }
}
