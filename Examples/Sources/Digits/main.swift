// A network that learns to read handwritten digits: the lecture's standard architecture, y₁ = ReLU(W₁ x + b₁),
// y₂ = W₂ y₁ + b₂, trained by back propagation with softmax and cross-entropy, held back by dropout and a little weight
// decay, and judged while it learns by a validation set.
//
//     swift run -c release --package-path Examples Digits
//
// --seeds trains several, each with a seed of its own. --pictures draws how the last one learnt, its confusion matrix and
// what it misreads.
import Cotangent
import DigitsSupport
import ExampleSupport

let arguments = Arguments("[--epochs 60] [--seed 1] [--seeds 1] [--pictures FOLDER] [--quick]")
let isQuick = arguments.isQuick
let epochs = arguments.integer("--epochs", quick: 10)
let seeds = (0..<arguments.integer("--seeds")).map { arguments.seed &+ UInt64($0) }
let digits = try DigitsData()

var accuracies: [Double] = []
for seed in seeds {
    var generator = PhiloxGenerator(seed: seed)
    let (training, validation) = digits.split(using: &generator)

    let model = Sequential {
        Linear(64, 128, using: &generator)
        ReLU()
        Dropout(rate: 0.4)
        Linear(128, 10, using: &generator)
    }
    if seed == seeds[0] { print(model.summary(inputShape: [16, 64]), terminator: "\n\n") }

    let optimizer = AdamW(model, learningRate: 0.003, weightDecay: 0.01)
    var best = BestWeights(of: model)
    var progress = Progress(epochs: epochs, samplesPerEpoch: training.x.shape[0])
    for _ in 0..<epochs {
        var losses: [Double] = []
        for (x, y) in batches(of: 16, training.x, training.y, shuffledBy: &generator) {
            let (loss, gradients) = valueAndGradients(of: model, using: &generator) { crossEntropy(model(x), y) }
            optimizer.update(with: gradients)
            losses.append(loss.item)
        }
        let logits = model(validation.x)
        let loss = crossEntropy(logits, validation.y).item
        progress.epochEnded(
            losses, validation: (loss, Accuracy()(logits, validation.y)), learningRate: optimizer.learningRate,
            isBest: best.keep(ifBetter: loss))
    }
    progress.end()

    best.restore()
    let logits = model(digits.test.x)
    accuracies.append(Accuracy()(logits, digits.test.y))
    print(
        "seed \(seed): test accuracy \(percent(accuracies.last!)) on the last 360, with the weights of the least validation loss"
    )
    if seed == seeds.last! {
        print("\n\(ConfusionMatrix(logits, digits.test.y))")
        if let folder = arguments.pictures { try draw(progress.history, logits, digits.test, into: folder) }
    }
}
let average = accuracies.reduce(0, +) / Double(accuracies.count)
if accuracies.count > 1 { print("mean of \(accuracies.count) seeds: \(percent(average))") }
expect(average >= (isQuick ? 0.85 : 0.91), "\(percent(average)) of the test are read")
