// Many to one: what is a text about, is a review good or bad, of which language is a word? The letters of a word go in one
// after the other, and what the network answers with is made of the hidden state behind the last of them,
// y = softmax(W̃ h⁽ᴺ⁾ + b̃), where N is each word's own length. It reads in both directions, so that h⁽ᴺ⁾ is [h→⁽ᴺ⁾; h←⁽¹⁾].
//
//     swift run -c release --package-path Examples Languages
//
// What comes with it are words of five languages. Any CSV file with the columns text and label does as well: texts with
// spaces are read word by word.
import Cotangent
import ExampleSupport

let arguments = Arguments("[--data FILE] [--epochs 12] [--seed 1] [--quick]")
let isQuick = arguments.isQuick
let epochs = arguments.integer("--epochs", quick: 2)
var generator = PhiloxGenerator(seed: arguments.seed)

/// What is wrong with a user's file ends the program.
@MainActor
func loaded(_ path: String) -> LabelledTexts {
    do { return try LabelledTexts(path: path) } catch { arguments.refuse("\(error)") }
}
let data = loaded(arguments.text("--data") ?? dataPath("languages.csv"))
let (training, test) = (data.training, data.test)
let (kind, pieces) = data.tokenizer == .characters ? ("letters", "letter pairs") : ("words", "words")
print("\(training.count) texts to learn from, \(test.count) to test with; \(data.classes.count) classes")
print("\(data.vocabulary.count - data.vocabulary.specials.count) different \(kind) that occur twice or more")

// The baseline: how often each pair of letters stands in a word, and a linear layer, softmax(W x + b), fitted with the
// penalty ½ λ ‖W‖². It knows what letters a word has beside each other, and nothing of their order otherwise.
let (x, y) = (data.bags(training), Tensor(training.labels))
@MainActor
func fitted(to rows: [Int], penalty: Double) throws -> LogisticModel {
    try LogisticRegression(penalty: .l2(penalty), tolerance: 1e-4).fit(gather(x, Tensor(rows)), gather(y, Tensor(rows)))
}
/// The λ that does best with every fifth of the texts when it is fitted to the others; the test has no say in it.
@MainActor
func chosenPenalty(_ penalties: [Double]) throws -> Double {
    let rows = (0..<training.count).filter { $0 % 5 != 4 }
    let others = Tensor((0..<training.count).filter { $0 % 5 == 4 })
    let scores = try penalties.map { try fitted(to: rows, penalty: $0).score(gather(x, others), gather(y, others)) }
    return penalties[scores.indices.max { scores[$0] < scores[$1] }!]
}
let penalty = try isQuick ? 1e-4 : chosenPenalty([1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3])
let bag = try fitted(to: Array(0..<training.count), penalty: penalty)
let baseline = bag.score(data.bags(test), Tensor(test.labels))
print("a bag of \(data.pieces.count) \(pieces) and a linear layer: \(percent(baseline)) of the test, λ \(penalty)\n")

/// Tokens become vectors, a recurrence reads them, and a linear layer says the class.
struct Classifier: Module {
    let embedding: Embedding
    let dropout = Dropout(rate: 0.5)
    let network: ManyToOne<LSTM>

    func callAsFunction(_ texts: PaddedBatch) -> Tensor {
        network(dropout(embedding(texts.tokens)), lengths: texts.lengths)
    }
}
let size = 48
let model = Classifier(
    embedding: Embedding(data.vocabulary.count, size, using: &generator),
    network: ManyToOne(
        LSTM(size, 128, bidirectional: true, using: &generator), outputSize: data.classes.count, using: &generator))

print("\(model.parameterCount) parameters")
let optimizer = Adam(model, learningRate: 0.003)
let lengths = training.tokens.map(\.count)
let trainingClock = Stopwatch()
for epoch in 1...epochs {
    let clock = Stopwatch()
    // A smaller step in the second half settles what the first has found.
    optimizer.learningRate = 2 * epoch > epochs ? 0.001 : 0.003
    let loss = trainEpoch(optimizer, lengths: lengths, batchSize: 64, using: &generator) { indices, generator in
        let words = PaddedBatch(indices.map { training.tokens[$0] })
        let labels = Tensor(indices.map { training.labels[$0] })
        return valueAndGradients(of: model, using: &generator) { crossEntropy(model(words), labels) }
    }
    print("epoch \(epoch)  loss \(fixed(loss, 3))  \(fixed(clock.seconds, 1)) s")
}
print("\(epochs) epochs: \(fixed(trainingClock.seconds, 1)) s")

// The classes' probabilities: [texts, classes].
let answers = concatenate(test.tokens.chunks(of: 256).map { softmax(model(PaddedBatch(Array($0)))) })
let matrix = ConfusionMatrix(answers, Tensor(test.labels), classNames: data.classes)
let reached = matrix.value
print("bidirectional LSTM: \(percent(reached)) of the test\n")

print(matrix)

print("\nsome of the test:")
for index in 0..<min(10, test.count) {
    let (answer, p) = (data.classes[argmax(answers[index], axis: 0).ints[0]], max(answers[index]).item)
    let truth = data.classes[test.labels[index]]
    let text = test.texts[index].count > 60 ? test.texts[index].prefix(60) + "…" : test.texts[index]
    print("  \(text.rightPadded(to: 18)) \(answer) (\(fixed(p, 2)))" + (answer == truth ? "" : ", but it is \(truth)"))
}
// A quick run is to come more than half of the way from the most frequent class to the baseline.
let mostFrequent = Double(data.classes.indices.map { label in test.labels.count { $0 == label } }.max()!)
let bar = isQuick ? (mostFrequent / Double(test.count) + baseline) / 2 : baseline
// What comes of other texts is theirs.
if arguments.text("--data") == nil {
    expect(reached > bar, "\(percent(reached)) are right: more than \(percent(bar)) were expected")
}
