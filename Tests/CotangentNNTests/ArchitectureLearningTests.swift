import Cotangent
import TestSupport
import Testing

/// Each architecture learns a small task that needs it, and does it on data that it has not seen.
@Suite struct ArchitectureLearningTests {
    private static func train<M: Module>(
        _ model: M, steps: Int, learningRate: Double, _ loss: (_ step: Int) -> Tensor
    ) {
        let optimizer = Adam(model, learningRate: learningRate)
        for step in 0..<steps {
            // Small steps towards the end, where what is left is noise.
            if step == steps * 3 / 4 { optimizer.learningRate = learningRate / 5 }
            let (_, gradients) = valueAndGradients(of: model) { loss(step) }
            optimizer.update(with: gradients.clipped(toNorm: 1))
        }
    }

    /// The exclusive or, which no network without a hidden layer can tell.
    @Test func oneToOne() {
        var generator = PhiloxGenerator(seed: 1)
        let model = OneToOne(RNN(2, 8, using: &generator), outputSize: 2, using: &generator)
        let x = Tensor(rows: [[Float(0), 0], [0, 1], [1, 0], [1, 1]])
        let labels = Tensor([0, 1, 1, 0])
        Self.train(model, steps: 200, learningRate: 0.05) { _ in crossEntropy(model(x), labels) }
        #expect(argmax(model(x), axis: 1) == labels)
        #expect(crossEntropy(model(x), labels).item < 0.05)
    }

    /// An echo three steps late.
    @Test func manyToMany() {
        var generator = PhiloxGenerator(seed: 2)
        let model = ManyToMany(GRU(2, 24, using: &generator), outputSize: 2, using: &generator)
        func batch() -> (x: Tensor, targets: Tensor) {
            let bits = Tensor.bernoulli([20, 32], probability: 0.5, using: &generator).cast(to: .int64)
            let late = concatenate([Tensor([Int](repeating: -100, count: 3 * 32), shape: [3, 32]), bits[0..<17]])
            return (oneHot(bits, classes: 2), late)
        }
        Self.train(model, steps: 150, learningRate: 0.02) { _ in
            let (x, targets) = batch()
            return sequenceCrossEntropy(model(x), targets, reduction: .steps)
        }
        let (x, targets) = batch()
        #expect(argmax(model(x), axis: -1)[3...] == targets[3...])
    }

    /// Of sequences of 3 to 12 numbers: whether they add up to more than 0 and, for the maximum, which has no use for
    /// sums, whether one of them is above 1.2.
    @Test(arguments: [SequencePooling.last, .mean, .max]) func manyToOne(_ pooling: SequencePooling) {
        var generator = PhiloxGenerator(seed: 3)
        let model = ManyToOne(GRU(1, 16, using: &generator), outputSize: 2, pooling: pooling, using: &generator)
        func batch(_ size: Int) -> (x: Tensor, lengths: [Int], labels: Tensor) {
            let x = Tensor.normal([12, size, 1], using: &generator)
            let lengths = (0..<size).map { _ in Int.random(in: 3...12, using: &generator) }
            let mask = sequenceMask(lengths: lengths, steps: 12).cast(to: .float32)
            let counted = x.squeezed(axes: [2]) * mask
            let label =
                pooling == .max ? greater(max(counted, axes: [0]), 1.2) : greater(sum(counted, axes: [0]), 0)
            return (x, lengths, label.cast(to: .int64))
        }
        Self.train(model, steps: 200, learningRate: 0.02) { _ in
            let (x, lengths, labels) = batch(48)
            return crossEntropy(model(x, lengths: lengths), labels)
        }
        let (x, lengths, labels) = batch(500)
        let right = equal(argmax(model(x, lengths: lengths), axis: 1), labels).bools.count { $0 }
        #expect(right >= 475, "\(right) of 500")
    }

    /// Three melodies of different lengths, each told by a vector; 0 is the start, 1 the end.
    @Test func oneToMany() {
        var generator = PhiloxGenerator(seed: 4)
        let melodies = [[2, 2, 6, 6, 7, 7, 6], [4, 3, 2, 3, 4, 4, 4, 3, 3, 3], [4, 4, 5, 6, 6, 5, 4, 3, 2, 2, 3, 4]]
        let language = LanguageModel(vocabularySize: 8, LSTM(8, 32, using: &generator), using: &generator)
        let model = OneToMany(contextSize: 3, language, using: &generator)
        let contexts = Tensor.identity(3)
        let longest = melodies.map(\.count).max()! + 1
        func padded(_ rows: [[Int]]) -> Tensor {
            Tensor(rows: rows.map { $0 + [Int](repeating: 1, count: longest - $0.count) }).transposed
        }
        let inputs = padded(melodies.map { [0] + $0 })
        let targets = padded(melodies.map { $0 + [1] })
        let lengths = melodies.map { $0.count + 1 }
        Self.train(model, steps: 120, learningRate: 0.02) { _ in
            sequenceCrossEntropy(model(contexts, inputs, lengths: lengths), targets, lengths: lengths)
        }
        for (index, melody) in melodies.enumerated() {
            let song = model.generate(
                from: contexts[index], prompt: [0], count: 50, sampling: .greedy, stopToken: 1, using: &generator)
            #expect(song.tokens == melody && song.isStopped)
        }
    }

    /// Sequences of 2 to 6 symbols backward. 0 ends, 1 starts, 2…9 are symbols.
    @Test(arguments: [AttentionScore.dotProduct(), .additive]) func encoderDecoder(_ score: AttentionScore) {
        var generator = PhiloxGenerator(seed: 5)
        let encoder = GRU(16, 24, bidirectional: true, using: &generator)
        let decoder = GRU(score == .additive ? 64 : 16, 48, using: &generator)
        let model = EncoderDecoder(
            encoder, decoder, sourceVocabularySize: 10, targetVocabularySize: 10, attention: score, startToken: 1,
            endToken: 0, using: &generator)
        func batch(_ size: Int) -> (source: Tensor, lengths: [Int], targets: Tensor, words: [[Int]]) {
            let words = (0..<size).map { _ in
                (0..<Int.random(in: 2...6, using: &generator)).map { _ in Int.random(in: 2...9, using: &generator) }
            }
            func padded(_ rows: [[Int]], _ steps: Int) -> Tensor {
                Tensor(rows: rows.map { $0 + [Int](repeating: 0, count: steps - $0.count) }).transposed
            }
            let backward = words.map { Array($0.reversed()) }
            return (padded(words, 6), words.map(\.count), padded(backward, 7), backward)
        }
        Self.train(model, steps: 400, learningRate: 0.01) { _ in
            let (source, lengths, targets, _) = batch(48)
            let logits = model(source, targets, sourceLengths: lengths)
            return sequenceCrossEntropy(logits, targets, lengths: lengths.map { $0 + 1 }, reduction: .steps)
        }
        let (source, lengths, _, words) = batch(200)
        let found = model.greedy(source, lengths: lengths, maximumLength: 10)
        let right = zip(found, words).count { $0.tokens == $1 && $0.isComplete }
        #expect(right >= 190, "\(right) of 200")
        let beams = model.beamSearch(source, lengths: lengths, width: 3, maximumLength: 10)
        #expect(zip(beams, words).count { $0[0].tokens == $1 } >= 190)
    }
}
