import CotangentTensor

/// Sources that an ``EncoderDecoder`` has read: what its decoder begins with and looks at.
public struct EncodedSources: Sendable {
    /// The decoder's state before its first step.
    public var state: RecurrentState
    /// nil without attention.
    public var memory: AttentionMemory?

    /// Those at `rows` of the batch, in that order; a row may be taken several times.
    public func selecting(_ rows: [Int]) -> EncodedSources {
        EncodedSources(state: state.selecting(rows), memory: memory?.selecting(rows))
    }
}

extension EncoderDecoder {
    /// Reads sources, int64 [time, batch].
    ///
    /// - Parameter lengths: how many tokens of each count, within 1...time; all by default.
    public func encode(_ source: Tensor, lengths: [Int]? = nil) -> EncodedSources {
        let x = tokenVectors(
            source, sourceEmbedding, vocabularySize: sourceVocabularySize, output.weight.dtype)
        let (outputs, end) = encoder(x, state: nil, lengths: lengths)
        let state = bridge.map { bridge in
            // [depth, batch, size] → [batch, depth · size]
            let parts = [end.hidden, end.cell].compactMap { $0 }.map { part in
                part.swappingAxes(0, 1).reshaped([part.shape[1], part.shape[0] * part.shape[2]])
            }
            return bridge(parts.joined())
        }
        return EncodedSources(state: state ?? end, memory: attention?.memory(outputs, lengths: lengths))
    }

    /// One step of the decoder: the tokens before it, int64 [batch] → logits [batch, vocabulary] of the next ones, and
    /// what the step after it takes.
    public func step(_ tokens: Tensor, _ sources: EncodedSources) -> (logits: Tensor, sources: EncodedSources) {
        let (logits, state, _) = decode(tokens.expandingAxis(0), sources)
        return (logits.squeezed(axes: [0]), EncodedSources(state: state, memory: sources.memory))
    }

    /// Logits [time, batch, vocabulary] of the targets, int64 [time, batch]: those at t from the targets before t.
    ///
    /// The targets do not begin with the start token, which is set before them, and end with the end token; those
    /// beyond a sequence's length may be any within the vocabulary. The true token goes in at each step whatever the
    /// model would have said (teacher forcing: Williams and Zipser, 1989). Without additive attention the decoder runs
    /// over the whole sequence as one call.
    public func callAsFunction(_ source: Tensor, _ targets: Tensor, sourceLengths: [Int]? = nil) -> Tensor {
        guard let previous = previous(source, targets) else { return rejectTargets(source, targets) }
        let sources = encode(source, lengths: sourceLengths)
        if attention?.score != .additive { return decode(previous, sources).logits }
        return unrolled(previous.shape[0], sources) { step, _ in previous[step] }
    }

    /// The same where the true token goes in with the probability `teacherForcing`, at each step of each sequence by
    /// itself, and otherwise the likeliest by the model: scheduled sampling, which lets it learn from its own mistakes
    /// (S. Bengio et al., 2015).
    public func callAsFunction(
        _ source: Tensor, _ targets: Tensor, sourceLengths: [Int]? = nil, teacherForcing: Double,
        using generator: inout PhiloxGenerator
    ) -> Tensor {
        guard (0...1).contains(teacherForcing) else {
            fail("EncoderDecoder", "teacherForcing \(teacherForcing) is not within 0...1")
        }
        guard let previous = previous(source, targets) else { return rejectTargets(source, targets) }
        let forced = Tensor.bernoulli(targets.shape, probability: teacherForcing, using: &generator)
        return unrolled(previous.shape[0], encode(source, lengths: sourceLengths)) { step, logits in
            logits.map { Tensor.where(forced[step], previous[step], argmax($0, axis: -1)) } ?? previous[step]
        }
    }

    /// Step by step, with the tokens that `tokens` gives for a step and the logits of the step before.
    private func unrolled(
        _ steps: Int, _ sources: EncodedSources, _ tokens: (_ step: Int, _ logits: Tensor?) -> Tensor
    ) -> Tensor {
        var sources = sources
        var all: [Tensor] = []
        for index in 0..<steps {
            let (logits, next) = step(tokens(index, all.last?.detached), sources)
            sources = next
            all.append(logits)
        }
        return stack(all)
    }

    /// Any number of steps; with additive attention, one. The weights are [steps, batch, time], nil without attention.
    func decode(
        _ tokens: Tensor, _ sources: EncodedSources
    ) -> (logits: Tensor, state: RecurrentState, weights: Tensor?) {
        var x = tokenVectors(tokens, targetEmbedding, vocabularySize: targetVocabularySize, output.weight.dtype)
        guard let attention, let memory = sources.memory, let combination else {
            let (outputs, state) = decoder(x, state: sources.state)
            return (output(outputs), state, nil)
        }
        var looked: (context: Tensor, weights: Tensor)?
        if attention.score == .additive {
            let before = attention(decoder.deepest(sources.state).expandingAxis(0), memory)
            x = [x, before.context].joined()
            looked = before
        }
        let (outputs, state) = decoder(x, state: sources.state)
        let (context, weights) = looked ?? attention(outputs, memory)
        return (output(tanh(combination([context, outputs].joined()))), state, weights)
    }

    /// The targets one step later, behind the start token; nil where shapes or dtypes do not fit.
    func previous(_ source: Tensor, _ targets: Tensor) -> Tensor? {
        guard source.rank == 2, targets.rank == 2, targets.dtype == .int64, source.dtype == .int64,
            targets.shape[1] == source.shape[1], targets.shape[0] > 0
        else { return nil }
        let start = Tensor([Int](repeating: startToken, count: targets.shape[1]), shape: [1, targets.shape[1]])
        return concatenate([start, targets[0..<(targets.shape[0] - 1)]])
    }

    @inline(never)
    func rejectTargets(_ source: Tensor, _ targets: Tensor) -> Tensor {
        reject(
            "EncoderDecoder",
            "the source is \(source.summary), the targets \(targets.summary): they must be int64 [time, batch] of one batch, with one target step at least",
            meant: Shape(targets.shape.dimensions + [targetVocabularySize]), output.weight.dtype)
    }
}
