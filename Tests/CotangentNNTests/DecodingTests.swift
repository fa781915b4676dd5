import Cotangent
import TestSupport
import Testing

@Suite struct DecodingTests {
    static let scores: [AttentionScore?] = [nil, .dotProduct(), .dotProduct(scaled: false), .additive]
    static let lengths = [5, 2, 4]

    /// A model with weights larger than new ones, so that tokens differ in probability.
    static func model(_ seed: UInt64, _ score: AttentionScore?, vocabulary: Int = 5) -> EncoderDecoder<GRU, LSTM> {
        var generator = PhiloxGenerator(seed: seed)
        let encoder = GRU(3, 4, bidirectional: true, dtype: .float64, using: &generator)
        let decoder = LSTM(score == .additive ? 11 : 3, 6, layers: 2, dtype: .float64, using: &generator)
        let model = EncoderDecoder(
            encoder, decoder, sourceVocabularySize: 6, targetVocabularySize: vocabulary, attention: score,
            startToken: 1, endToken: 0, using: &generator)
        for parameter in model.parameters { parameter.value = parameter.value * 2.5 }
        return model
    }

    static func sources(_ seed: UInt64, batch: Int = 3) -> Tensor {
        var generator = PhiloxGenerator(seed: seed)
        return Tensor((0..<5 * batch).map { _ in Int.random(in: 0..<6, using: &generator) }, shape: [5, batch])
    }

    private struct Expected {
        var tokens: [Int]
        var logProbability: Double
        var score: Double
        var isComplete: Bool
    }

    /// log p of a sequence by one call over all of it.
    private static func logProbability(
        _ model: EncoderDecoder<GRU, LSTM>, _ source: Tensor, _ tokens: [Int]
    ) -> Double {
        let targets = Tensor(tokens, shape: [tokens.count, 1])
        return -sequenceCrossEntropy(model(source, targets), targets).item
    }

    // MARK: Teacher forcing

    /// One call over the whole sequence is the same as step by step.
    @Test(arguments: scores) func fullForcing(_ score: AttentionScore?) {
        var generator = PhiloxGenerator(seed: 1)
        let model = Self.model(2, score)
        let source = Self.sources(3)
        let targets = Tensor((0..<21).map { ($0 * 7 + $0 / 3) % 5 }, shape: [7, 3])
        let logits = model(source, targets, sourceLengths: Self.lengths)
        #expect(logits.shape == [7, 3, 5])
        let steps = model(source, targets, sourceLengths: Self.lengths, teacherForcing: 1, using: &generator)
        #expect(largestDifference(logits, steps) < 1e-13)
    }

    /// The weights that `step` looks with, taken apart: of the state before it where the score is additive, else of the
    /// one behind it.
    @Test(arguments: scores.compactMap { $0 }) func attentionWeights(_ score: AttentionScore) {
        let model = Self.model(2, score)
        let source = Self.sources(3)
        let targets = Tensor((0..<21).map { ($0 * 7 + $0 / 3) % 5 }, shape: [7, 3])
        let weights = model.attentionWeights(source, targets, sourceLengths: Self.lengths)
        #expect(weights.shape == [7, 3, 5])
        var sources = model.encode(source, lengths: Self.lengths)
        var last = Tensor([1, 1, 1])
        for step in 0..<7 {
            let before = sources.state.hidden[1]
            sources = model.step(last, sources).sources
            last = targets[step]
            let query = (score == .additive ? before : sources.state.hidden[1]).expandingAxis(0)
            let expected = model.attention!(query, sources.memory!).weights
            #expect(largestDifference(weights[step], expected[0]) < 1e-13)
        }
        for (row, length) in Self.lengths.enumerated() where length < 5 {
            #expect(weights[.all, row, length...].doubles.allSatisfy { $0 == 0 })
        }
    }

    /// Without teacher forcing the model reads its own words: those of the greedy search.
    @Test(arguments: scores) func noForcing(_ score: AttentionScore?) {
        var generator = PhiloxGenerator(seed: 4)
        let model = Self.model(5, score)
        let source = Self.sources(6)
        func run(_ forcing: Double) -> Tensor {
            model(
                source, Tensor([Int](repeating: 3, count: 24), shape: [8, 3]), sourceLengths: Self.lengths,
                teacherForcing: forcing, using: &generator)
        }
        let words = argmax(run(0), axis: -1)
        for (row, hypothesis) in model.greedy(source, lengths: Self.lengths, maximumLength: 8).enumerated() {
            #expect(words[0..<hypothesis.tokens.count, row].ints == hypothesis.tokens)
            if hypothesis.isComplete { #expect(words[hypothesis.tokens.count, row].item == 0) }
        }
        // In between some tokens are true; by the same generator, the same ones.
        let half = run(0.5)
        for other in [run(0), run(1), run(0.5)] { #expect(half != other) }
        generator = PhiloxGenerator(seed: 4)
        _ = run(0)
        #expect(run(0.5) == half)
    }

    @Test(arguments: scores) func everyParameterLearns(_ score: AttentionScore?) {
        var generator = PhiloxGenerator(seed: 7)
        let model = Self.model(8, score)
        let targets = Tensor((0..<12).map { $0 % 5 }, shape: [4, 3])
        for forcing in [1, 0.5] {
            let (_, gradients) = valueAndGradients(of: model) {
                let logits = model(
                    Self.sources(9), targets, sourceLengths: Self.lengths, teacherForcing: forcing, using: &generator)
                return sequenceCrossEntropy(logits, targets, lengths: [4, 2, 3])
            }
            for (name, parameter) in model.namedParameters {
                #expect(gradients[parameter]!.doubles.contains { $0 != 0 }, "\(name)")
            }
        }
    }

    // MARK: Searches

    @Test(arguments: scores, [UInt64(10), 11, 12]) func aWidthOfOneIsGreedy(_ score: AttentionScore?, _ seed: UInt64) {
        let model = Self.model(seed, score)
        let source = Self.sources(seed + 10)
        let greedy = model.greedy(source, lengths: Self.lengths, maximumLength: 9)
        let beam = model.beamSearch(source, lengths: Self.lengths, width: 1, maximumLength: 9)
        #expect(beam == greedy.map { [$0] })
        for (row, hypothesis) in greedy.enumerated() {
            let tokens = hypothesis.tokens + (hypothesis.isComplete ? [0] : [])
            let alone = source[0..<Self.lengths[row], row..<row + 1]
            #expect(Swift.abs(Self.logProbability(model, alone, tokens) - hypothesis.logProbability) < 1e-12)
        }
    }

    /// A beam as wide as there are sequences finds them all, in order: 121 of up to 4 tokens of 4.
    @Test(arguments: scores, [0, 0.8, -0.5]) func exhaustive(_ score: AttentionScore?, _ penalty: Double) {
        let model = Self.model(13, score, vocabulary: 4)
        let source = Self.sources(14, batch: 1)
        var all: [(tokens: [Int], isComplete: Bool)] = []
        var open: [[Int]] = [[]]
        for length in 1...4 {
            all += open.map { ($0, true) }
            open = open.flatMap { tokens in (1..<4).map { tokens + [$0] } }
            if length == 4 { all += open.map { ($0, false) } }
        }
        #expect(all.count == 121)
        let expected: [Expected] = all.map { tokens, isComplete in
            let whole = tokens + (isComplete ? [0] : [])
            let logProbability = Self.logProbability(model, source, whole)
            let divisor = pow(Tensor(scalar: (5 + Double(whole.count)) / 6), penalty).item
            return Expected(
                tokens: tokens, logProbability: logProbability, score: logProbability / divisor,
                isComplete: isComplete)
        }.sorted { $0.score > $1.score }
        let found = model.beamSearch(source, width: 256, lengthPenalty: penalty, maximumLength: 4)[0]
        #expect(found.map(\.tokens) == expected.map(\.tokens))
        #expect(found.map(\.isComplete) == expected.map(\.isComplete))
        #expect(relativeDistance(found.map(\.score), expected.map(\.score)) < 1e-12)
        #expect(relativeDistance(found.map(\.logProbability), expected.map(\.logProbability)) < 1e-12)
        // All sequences together are certain.
        let total = sum(exp(Tensor(found.map(\.logProbability))))
        #expect(largestDifference(total, Tensor(scalar: 1.0)) < 1e-12)
    }

    /// The textbook's beam: every prefix is read anew, and nothing stops before the maximum length.
    private static func plainBeam(
        _ model: EncoderDecoder<GRU, LSTM>, _ source: Tensor, _ width: Int, _ penalty: Double, _ maximumLength: Int
    ) -> [Expected] {
        var live: [[Int]] = [[]]
        var finished: [Expected] = []
        for length in 1...maximumLength where !live.isEmpty {
            let next = live.flatMap { tokens in
                (0..<model.targetVocabularySize).map { token in
                    (tokens: tokens + [token], logProbability: logProbability(model, source, tokens + [token]))
                }
            }.sorted { $0.logProbability > $1.logProbability }.prefix(width)
            live = []
            for (tokens, logProbability) in next {
                let isEnd = tokens.last == 0
                if isEnd || length == maximumLength {
                    let divisor = pow(Tensor(scalar: (5 + Double(length)) / 6), penalty).item
                    finished.append(
                        Expected(
                            tokens: isEnd ? tokens.dropLast() : tokens, logProbability: logProbability,
                            score: logProbability / divisor, isComplete: isEnd))
                } else {
                    live.append(tokens)
                }
            }
        }
        return Array(finished.sorted { $0.score > $1.score }.prefix(width))
    }

    @Test(arguments: [2, 3, 5], [0, 0.9, 3, -1]) func stoppingEarlyLosesNothing(_ width: Int, _ penalty: Double) {
        for seed in UInt64(15)..<25 {
            let model = Self.model(seed, .dotProduct())
            // So that many end early, and the search can stop.
            model.output.bias!.value = model.output.bias!.value + Tensor([2.0, 0, 0, 0, 0])
            let source = Self.sources(seed + 20, batch: 1)
            let plain = Self.plainBeam(model, source, width, penalty, 7)
            let found = model.beamSearch(source, width: width, lengthPenalty: penalty, maximumLength: 7)[0]
            #expect(found.map(\.tokens) == plain.map(\.tokens))
            #expect(found.map(\.isComplete) == plain.map(\.isComplete))
            #expect(relativeDistance(found.map(\.score), plain.map(\.score)) < 1e-12)
        }
    }

    /// Each source of a padded batch gets what it gets alone.
    @Test(arguments: scores) func batches(_ score: AttentionScore?) {
        let model = Self.model(18, score)
        let source = Self.sources(19)
        let greedy = model.greedy(source, lengths: Self.lengths, maximumLength: 8)
        let beams = model.beamSearch(source, lengths: Self.lengths, width: 3, lengthPenalty: 0.6, maximumLength: 8)
        #expect(beams.count == 3 && beams.allSatisfy { $0.count == 3 })
        for (row, length) in Self.lengths.enumerated() {
            let alone = source[0..<length, row..<row + 1]
            let one = model.greedy(alone, maximumLength: 8)[0]
            #expect(one.tokens == greedy[row].tokens && one.isComplete == greedy[row].isComplete)
            let beam = model.beamSearch(alone, width: 3, lengthPenalty: 0.6, maximumLength: 8)[0]
            #expect(beam.map(\.tokens) == beams[row].map(\.tokens))
            #expect(relativeDistance(beam.map(\.score), beams[row].map(\.score)) < 1e-12)
            // Two sources of a batch do not change places.
            #expect(beams[row].map(\.score) == beams[row].map(\.score).sorted(by: >))
        }
        #expect(Set(greedy.map(\.tokens)).count > 1)
    }

    @Test func emptyBatch() {
        let model = Self.model(20, .dotProduct())
        let none = Tensor([Int](), shape: [5, 0])
        #expect(model.greedy(none, lengths: [], maximumLength: 4).isEmpty)
        #expect(model.beamSearch(none, width: 2, maximumLength: 4).isEmpty)
        #expect(model(none, Tensor([Int](), shape: [4, 0])).shape == [4, 0, 5])
    }

    @Test func refusals() async {
        let targets = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = DecodingTests.model(1, nil)
            _ = model(DecodingTests.sources(1), Tensor([1, 2, 3, 4], shape: [2, 2]))
        }
        #expect(text(targets).contains("EncoderDecoder: the source is int64 [5, 3], the targets int64 [2, 2]"))
        let length = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = DecodingTests.model(1, nil).greedy(DecodingTests.sources(1), lengths: [5, 6, 1], maximumLength: 3)
        }
        #expect(text(length).contains("the length 6 of sequence 1 is not within 1...5"))
        let width = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = DecodingTests.model(1, nil).beamSearch(DecodingTests.sources(1), width: 0, maximumLength: 3)
        }
        #expect(text(width).contains("a width of 0 and a maximum length of 3: both must be positive"))
        let size = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = PhiloxGenerator(seed: 1)
            _ = EncoderDecoder(
                RNN(3, 4, using: &generator), RNN(4, 4, using: &generator), sourceVocabularySize: 5,
                targetVocabularySize: 5, attention: .additive, startToken: 1, endToken: 0, using: &generator)
        }
        #expect(text(size).contains("EncoderDecoder: the tokens' vectors would be of size 0"))
        let weights = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let targets = Tensor([1, 2, 3], shape: [1, 3])
            _ = DecodingTests.model(1, nil).attentionWeights(DecodingTests.sources(1), targets)
        }
        #expect(text(weights).contains("attentionWeights: the model was made without attention"))
    }
}
