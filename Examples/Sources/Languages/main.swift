// Many to one: what is a text about, is a review good or bad, of which language is a word? The letters of a word go in one
// after the other, and what the network answers with is made of the hidden state behind the last of them,
// y = softmax(W̃ h⁽ᴺ⁾ + b̃), where N is each word's own length. It reads in both directions, so that h⁽ᴺ⁾ is [h→⁽ᴺ⁾; h←⁽¹⁾].
//
//     swift run -c release Languages [--data reviews.csv] [--epochs 12] [--seed 1] [--quick]
//
// What comes with it are words of five languages. Any CSV file with the columns text and label does as well: texts with
// spaces are read word by word.
import Cotangent
import ExampleSupport

let arguments = Arguments()
let isQuick = arguments.has("--quick")
let epochs = arguments.integer("--epochs", isQuick ? 2 : 12)
var generator = PhiloxGenerator(seed: UInt64(arguments.integer("--seed", 1)))

let data = try LabelledTexts(path: arguments.text("--data") ?? dataPath("languages.csv"))
let (training, test) = (data.training, data.test)
let kind = data.tokenizer == .characters ? "letters" : "words"
print("\(training.count) texts to learn from, \(test.count) to test with; \(data.classes.count) classes")
print("\(data.vocabulary.count) different \(kind)")

// The baseline: how often each pair of letters stands in a word, and a linear layer, softmax(W x + b). It knows what
// letters a word has beside each other, and nothing of their order otherwise.
let pairs = Vocabulary(of: training.texts.flatMap(data.pieces), minimumCount: 2, maximumSize: 4000)
func bags(_ texts: [String]) -> Tensor {
    var counts = [Float](repeating: 0, count: texts.count * pairs.count)
    for (row, text) in texts.enumerated() {
        for piece in data.pieces(text) { if let column = pairs[piece] { counts[row * pairs.count + column] += 1 } }
    }
    return Tensor(counts, shape: [texts.count, pairs.count])
}
let linear = Linear(pairs.count, data.classes.count, using: &generator)
let linearOptimizer = AdamW(linear, learningRate: 0.005, weightDecay: 0.01)
let (x, y) = (bags(training.texts), Tensor(training.labels))
for _ in 0..<(isQuick ? 3 : 10) {
    for (x, y) in batches(of: 64, x, y, shuffledBy: &generator) {
        let (_, gradients) = valueAndGradients(of: linear) { crossEntropy(linear(x), y) }
        linearOptimizer.update(with: gradients)
    }
}
let baseline = ConfusionMatrix(linear(bags(test.texts)), Tensor(test.labels)).value
let bag = data.tokenizer == .characters ? "letter pairs" : "words"
print("a bag of \(pairs.count) \(bag) and a linear layer: \(fixed(100 * baseline, 1)) % of the test\n")

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

/// The classes' probabilities, row by row.
@MainActor
func probabilities(_ tokens: [[Int]]) -> [Tensor] {
    stride(from: 0, to: tokens.count, by: 256).flatMap { start in
        let p = softmax(model(PaddedBatch(Array(tokens[start..<min(start + 256, tokens.count)]))))
        return (0..<p.shape[0]).map { p[$0] }
    }
}

print("\(model.parameterCount) parameters")
let optimizer = Adam(model, learningRate: 0.003)
let trainingClock = Stopwatch()
for epoch in 1...epochs {
    let clock = Stopwatch()
    // A smaller step in the second half settles what the first has found.
    optimizer.learningRate = 2 * epoch > epochs ? 0.001 : 0.003
    var (total, count) = (0.0, 0)
    for indices in bucketed(training.tokens.map(\.count), batchSize: 64, using: &generator).batches {
        let words = PaddedBatch(indices.map { training.tokens[$0] })
        let labels = Tensor(indices.map { training.labels[$0] })
        let (loss, gradients) = valueAndGradients(of: model, using: &generator) { crossEntropy(model(words), labels) }
        optimizer.update(with: gradients.clipped(toNorm: 1))
        (total, count) = (total + loss.item, count + 1)
    }
    print("epoch \(epoch)  loss \(fixed(total / Double(count), 3))  \(fixed(clock.seconds, 1)) s")
}
print("\(epochs) epochs: \(fixed(trainingClock.seconds, 1)) s")

let answers = probabilities(test.tokens)
let matrix = ConfusionMatrix(stack(answers), Tensor(test.labels), classNames: data.classes)
let reached = matrix.value
print("bidirectional LSTM: \(fixed(100 * reached, 1)) % of the test\n")

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
    expect(reached > bar, "\(fixed(100 * reached, 1)) % are right: more than \(fixed(100 * bar, 1)) % were expected")
}
