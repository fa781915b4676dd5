// Many to many, of different lengths: from how a word is spelt to how it is said. "through" has seven letters and four
// sounds. An encoder reads the letters in both directions, h⁽¹⁾ … h⁽ᴺ⁾; a decoder says one phoneme after the other, each
// from the one before and from what it looks at among the letters, c⁽ᵗ⁾ = Σₛ αₜₛ h⁽ˢ⁾, where softmax decides what it
// looks at. In training the true phoneme goes in at each step, whatever the network would have said (teacher forcing);
// then it has to live with its own: the likeliest at each step (greedy), or the best of several ways (beam search).
//
//     swift run -c release --package-path Examples Translation
import Cotangent
import ExampleSupport

let arguments = Arguments("[--epochs 12] [--seed 1] [--pictures FOLDER] [--quick]")
let isQuick = arguments.isQuick
let epochs = arguments.integer("--epochs", quick: 3)
var generator = PhiloxGenerator(seed: arguments.seed)

let data = try Pronunciations()
let end = data.phonemes[.end]!
let test = isQuick ? Array(data.test.prefix(400)) : data.test
print("\(data.training.count) words to learn from, \(test.count) to test with")
let letterCount = data.letters.count - data.letters.specials.count
let phonemeCount = data.phonemes.count - data.phonemes.specials.count
print("\(letterCount) letters, \(phonemeCount) phonemes and marks of stress\n")

let model = EncoderDecoder(
    LSTM(32, 96, bidirectional: true, using: &generator), LSTM(32, 160, using: &generator),
    sourceVocabularySize: data.letters.count, targetVocabularySize: data.phonemes.count, attention: .dotProduct(),
    startToken: data.phonemes[.start]!, endToken: end, using: &generator)
print("\(model.parameterCount) parameters")

let optimizer = Adam(model, learningRate: 0.003)
let lengths = data.training.map(\.letters.count)
let trainingClock = Stopwatch()
for epoch in 1...epochs {
    let clock = Stopwatch()
    // A smaller step in the last third settles what the others have found.
    optimizer.learningRate = 3 * epoch > 2 * epochs ? 0.001 : 0.003
    let loss = trainEpoch(optimizer, lengths: lengths, batchSize: 64, using: &generator) { indices, _ in
        let source = PaddedBatch(indices.map { data.training[$0].letters })
        let target = PaddedBatch(indices.map { data.training[$0].phonemes + [end] })
        return valueAndGradients(of: model) {
            sequenceCrossEntropy(
                model(source.tokens, target.tokens, sourceLengths: source.lengths), target.tokens,
                lengths: target.lengths, reduction: .steps)
        }
    }
    print("epoch \(epoch)  loss \(fixed(loss, 4))  \(fixed(clock.seconds, 1)) s")
}
print("\(epochs) epochs: \(fixed(trainingClock.seconds, 1)) s")

/// What the model says of the test's words, by a search over a batch of them.
@MainActor
func answers(_ search: (Tensor, [Int]) -> [Hypothesis]) -> [[Int]] {
    test.chunks(of: 200).flatMap { pairs in
        let source = PaddedBatch(pairs.map(\.letters))
        return search(source.tokens, source.lengths).map(\.tokens)
    }
}
let longest = 2 * data.training.map(\.phonemes.count).max()!
let greedy = answers { model.greedy($0, lengths: $1, maximumLength: longest) }
let beam = answers {
    model.beamSearch($0, lengths: $1, width: 5, maximumLength: longest).map { $0[0] }
}

let rules = LetterRules(data.training)
print("\n" + "".rightPadded(to: 38) + "words right   symbol error rate")
@MainActor
func report(_ name: String, _ answers: [[Int]]) -> (exact: Double, errorRate: Double) {
    let result = score(answers, test)
    print(
        name.rightPadded(to: 38) + percent(result.exact).leftPadded(to: 11)
            + percent(result.errorRate).leftPadded(to: 19))
    return result
}
_ = report("each letter as most often", test.map { rules($0.letters, neighbours: false) })
let baseline = report("each letter between its neighbours", test.map { rules($0.letters, neighbours: true) })
let reached = report("encoder and decoder, greedy", greedy)
_ = report("encoder and decoder, beam of 5", beam)

print("\nsome of the test:")
for (pair, answer) in zip(test, beam).prefix(12) {
    let truth = data.spelt(pair.phonemes)
    let said = data.spelt(answer)
    print("  " + pair.word.rightPadded(to: 14) + said + (said == truth ? "" : "   but it is   " + truth))
}

// What the decoder looked at among the letters while it said each phoneme: αₜₛ, a row for each.
if let folder = arguments.pictures {
    let (pair, said) = (test[0], beam[0])
    let source = PaddedBatch([pair.letters])
    let weights = model.attentionWeights(source.tokens, PaddedBatch([said + [end]]).tokens)  // [phonemes, 1, letters]
    try HeatMap(
        weights.squeezed(axes: [1]), title: "\(pair.word): where the decoder looks", xLabel: "letters",
        yLabel: "phonemes",
        rowNames: said.map { data.phonemes[$0] } + ["end"], columnNames: pair.word.map { String($0) }
    ).write(to: "\(folder)/attention.svg")
}
expect(reached.exact > baseline.exact, "the network is no better than rules for letters")
expect(reached.errorRate < baseline.errorRate, "the network makes more mistakes than rules for letters")
