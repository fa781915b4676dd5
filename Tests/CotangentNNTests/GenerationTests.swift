import Cotangent
import TestSupport
import Testing

@Suite struct GenerationTests {
    /// Weights larger than new ones, so that tokens differ in probability.
    private static func sharpened<M: Module>(_ model: M) -> M {
        for parameter in model.parameters { parameter.value = parameter.value * 2.5 }
        return model
    }

    private static func model(_ seed: UInt64, vocabulary: Int = 7) -> LanguageModel<LSTM> {
        var generator = PhiloxGenerator(seed: seed)
        let lstm = LSTM(4, 6, layers: 2, dtype: .float64, using: &generator)
        return sharpened(LanguageModel(vocabularySize: vocabulary, lstm, using: &generator))
    }

    /// Step by step is the same as running the whole text so far for each token.
    private static func checkStream(_ model: LanguageModel<some RecurrentLayer>, _ sampling: Sampling) {
        var generator = PhiloxGenerator(seed: 21)
        let prompt = [3, 1, 4]
        let text = model.generate(from: prompt, count: 12, sampling: sampling, using: &generator)
        #expect(text.tokens.count == 12 && text.logProbabilities.count == 12 && !text.isStopped)
        generator = PhiloxGenerator(seed: 21)
        var all = prompt
        for (token, logProbability) in zip(text.tokens, text.logProbabilities) {
            let logits: Tensor = model(Tensor(all, shape: [all.count, 1]))
            let last = logits[-1, 0]
            #expect(sampling.draw(from: last, using: &generator).ints == [token])
            #expect(Swift.abs(logSoftmax(last)[token].item - logProbability) < 1e-13)
            all.append(token)
        }
    }

    @Test(arguments: [Sampling(), .greedy, Sampling(temperature: 1.3, topK: 4, topP: 0.9)]) func streaming(
        _ sampling: Sampling
    ) {
        var generator = PhiloxGenerator(seed: 20)
        Self.checkStream(Self.model(1), sampling)
        let gru = GRU(5, 5, dtype: .float64, using: &generator)
        Self.checkStream(
            Self.sharpened(LanguageModel(vocabularySize: 7, gru, tiesWeights: true, using: &generator)), sampling)
        let rnn = RNN(7, 5, dtype: .float64, using: &generator)
        Self.checkStream(
            Self.sharpened(LanguageModel(vocabularySize: 7, rnn, tokens: .oneHot, using: &generator)), sampling)
    }

    @Test func seeds() {
        let model = Self.model(2)
        func text(_ seed: UInt64, _ sampling: Sampling = Sampling()) -> Generation {
            var generator = PhiloxGenerator(seed: seed)
            return model.generate(from: [0], count: 40, sampling: sampling, using: &generator)
        }
        #expect(text(5) == text(5))
        #expect(text(5).tokens != text(6).tokens)
        #expect(text(5, .greedy) == text(6, .greedy))
        #expect(text(5, Sampling(temperature: 1e-6)) == text(7, .greedy))
        #expect(text(5, Sampling(topK: 1)) == text(7, .greedy))
    }

    @Test func stopToken() {
        let model = Self.model(3)
        var generator = PhiloxGenerator(seed: 8)
        let whole = model.generate(from: [0], count: 60, using: &generator)
        let stop = whole.tokens[20]
        let place = whole.tokens.firstIndex(of: stop)!
        generator = PhiloxGenerator(seed: 8)
        let stopped = model.generate(from: [0], count: 60, stopToken: stop, using: &generator)
        #expect(stopped.isStopped && stopped.tokens == Array(whole.tokens[..<place]))
        #expect(stopped.logProbabilities == Array(whole.logProbabilities[..<place]))
        #expect(model.generate(from: [0], count: 0, using: &generator).tokens.isEmpty)
    }

    /// What is forbidden never comes up; what is left alone comes up as ever, with the model's own probabilities.
    @Test func adjusting() {
        let model = Self.model(3)
        var generator = PhiloxGenerator(seed: 8)
        let free = model.generate(from: [0], count: 60, using: &generator)
        generator = PhiloxGenerator(seed: 8)
        var seen: [[Int]] = []
        let same = model.generate(
            from: [0], count: 60,
            adjusting: { logits, written in
                seen.append(written)
                return logits
            }, using: &generator)
        #expect(same == free && seen == (0..<60).map { Array(free.tokens[..<$0]) })
        // No token twice in a row, which happens freely.
        #expect(zip(free.tokens, free.tokens.dropFirst()).contains { $0 == $1 })
        let bound = model.generate(
            from: [0], count: 60,
            adjusting: { logits, written in
                var logits = logits
                if let last = written.last { logits[0, last] = Tensor.full([], -Double.infinity, dtype: logits.dtype) }
                return logits
            }, using: &generator)
        #expect(!zip(bound.tokens, bound.tokens.dropFirst()).contains { $0 == $1 })
        let logits = model(Tensor([0] + bound.tokens.dropLast()).expandingAxis(1)).squeezed(axes: [1])
        let own = gatherAlong(logSoftmax(logits), Tensor(bound.tokens).expandingAxis(1), axis: 1).doubles
        #expect(zip(own, bound.logProbabilities).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    /// 9 texts of two tokens: how often each comes up, against its exact probability. 26.12 is the 0.999 quantile of χ²
    /// for 8 degrees of freedom.
    @Test func distribution() {
        let model = Self.model(4, vocabulary: 3)
        let pairs = Tensor(rows: [[Int](repeating: 1, count: 3), [0, 1, 2]])
        let logits: Tensor = model(pairs)
        let first = softmax(logits[0, 0]).doubles
        let second = softmax(logits[1]).doubles
        var counts = [Double](repeating: 0, count: 9)
        var generator = PhiloxGenerator(seed: 9)
        let draws = 4000
        for _ in 0..<draws {
            let text = model.generate(from: [1], count: 2, using: &generator).tokens
            counts[3 * text[0] + text[1]] += 1
        }
        var statistic = 0.0
        for (pair, count) in counts.enumerated() {
            let expected = first[pair / 3] * second[pair] * Double(draws)
            statistic += (count - expected) * (count - expected) / expected
        }
        #expect(statistic < 26.12)
    }

    /// The prompt may be read in two parts, and a context is a state.
    @Test func beginsWhereTold() {
        var generator = PhiloxGenerator(seed: 10)
        let language = Self.model(5)
        let (_, state) = language(Tensor([2, 5], shape: [2, 1]))
        let whole = language.generate(from: [2, 5, 6, 0], count: 10, sampling: .greedy, using: &generator)
        let parts = language.generate(from: [6, 0], count: 10, sampling: .greedy, state: state, using: &generator)
        #expect(whole.tokens == parts.tokens)
        #expect(relativeDistance(Tensor(whole.logProbabilities), Tensor(parts.logProbabilities)) < 1e-13)
        let model = Self.sharpened(OneToMany(contextSize: 3, language, using: &generator))
        let context = Tensor([0.5, -1, 2])
        let song = model.generate(from: context, prompt: [1], count: 10, sampling: .greedy, using: &generator)
        let fed = Tensor([1] + song.tokens.dropLast(), shape: [10, 1])
        let logits = model(context.expandingAxis(0), fed)
        #expect(argmax(logits, axis: -1).ints == song.tokens)
        #expect(song != model.generate(from: -context, prompt: [1], count: 10, sampling: .greedy, using: &generator))
    }

    @Test func refusals() async {
        let empty = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = PhiloxGenerator(seed: 1)
            let model = LanguageModel(vocabularySize: 5, RNN(3, 4, using: &generator), using: &generator)
            _ = model.generate(from: [], count: 3, using: &generator)
        }
        #expect(text(empty).contains("generate: 3 tokens from a prompt of 0: the prompt needs one at least"))
        let token = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = PhiloxGenerator(seed: 1)
            let model = LanguageModel(vocabularySize: 5, RNN(3, 4, using: &generator), using: &generator)
            _ = model.generate(from: [1, 5, 2], count: 3, using: &generator)
        }
        #expect(text(token).contains("Embedding: index 5, the 1th, is not within 0..<5"))
        let tied = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = PhiloxGenerator(seed: 1)
            _ = LanguageModel(vocabularySize: 5, RNN(3, 4, using: &generator), tiesWeights: true, using: &generator)
        }
        #expect(text(tied).contains("gives as many features as it reads, not 3 → 4"))
        let hot = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = PhiloxGenerator(seed: 1)
            _ = LanguageModel(vocabularySize: 5, RNN(3, 4, using: &generator), tokens: .oneHot, using: &generator)
        }
        #expect(text(hot).contains("one-hot tokens of a vocabulary of 5 go into a recurrence that reads 3"))
        let future = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = PhiloxGenerator(seed: 1)
            _ = LanguageModel(vocabularySize: 5, RNN(3, 4, bidirectional: true, using: &generator), using: &generator)
        }
        #expect(text(future).contains("LanguageModel: a bidirectional recurrence sees the token to be told"))
    }
}
