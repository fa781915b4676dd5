import CotangentTensor

/// What a model has written.
public struct Generation: Sendable, Hashable {
    /// The new tokens, without the prompt and without the stop token.
    public var tokens: [Int]
    /// log p(token | all before) of each, as the model has it: before temperature and cuts.
    public var logProbabilities: [Double]
    /// Whether the stop token ended it, not the count.
    public var isStopped: Bool
}

extension LanguageModel {
    /// Reads `prompt` and goes on writing, a token at a time: each is drawn by the logits behind the one before.
    ///
    /// - Parameters:
    ///   - prompt: at least one token: a start token, where there is no text.
    ///   - count: how many new tokens at most.
    ///   - stopToken: ends the text when it comes up.
    ///   - state: where the prompt begins; zeros by default.
    ///   - adjusting: what is drawn from in place of the model's logits [1, vocabularySize], given these and what has been
    ///     written so far: −∞ forbids a token, where rules of a language are to be kept.
    /// A token outside the vocabulary traps. The same generator gives the same text at any number of threads.
    public func generate(
        from prompt: [Int], count: Int, sampling: Sampling = Sampling(), stopToken: Int? = nil,
        state: RecurrentState? = nil, adjusting: ((_ logits: Tensor, _ written: [Int]) -> Tensor)? = nil,
        using generator: inout PhiloxGenerator
    ) -> Generation {
        guard !prompt.isEmpty, count >= 0 else {
            fail("generate", "\(count) tokens from a prompt of \(prompt.count): the prompt needs one at least")
        }
        var result = Generation(tokens: [], logProbabilities: [], isStopped: false)
        if count == 0 { return result }
        // The vocabulary's product is needed behind the prompt's last token alone.
        var state = state
        if prompt.count > 1 {
            let beginning = Tensor(Array(prompt.dropLast()), shape: [prompt.count - 1, 1])
            state = recurrence(vectors(beginning), state: state).state
        }
        var last = prompt[prompt.count - 1]
        while result.tokens.count < count {
            let (logits, next) = step(Tensor([last]), state: state)
            state = next
            last = sampling.draw(from: adjusting?(logits, result.tokens) ?? logits, using: &generator).ints[0]
            if last == stopToken {
                result.isStopped = true
                break
            }
            result.tokens.append(last)
            result.logProbabilities.append(logSoftmax(logits.cast(to: .float64))[0, last].item)
        }
        return result
    }
}
