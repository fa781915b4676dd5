// A network that learns to read handwritten digits: the lecture's standard architecture, y₁ = ReLU(W₁ x + b₁),
// y₂ = W₂ y₁ + b₂, trained by back propagation with softmax and cross-entropy, held back by dropout and a little L2, and
// judged while it learns by a validation set.
import Cotangent
import DigitsSupport

let options = DigitsOptions()
let epochs = options.isQuick ? 10 : 60
let digits = try DigitsData()

var accuracies: [Double] = []
for seed in options.seeds {
    var generator = PhiloxGenerator(seed: seed)
    let (training, validation) = digits.split(using: &generator)

    let model = Sequential {
        Linear(64, 128, using: &generator)
        ReLU()
        Dropout(rate: 0.4)
        Linear(128, 10, using: &generator)
    }
    if seed == options.seeds[0] { print(model.summary(inputShape: [16, 64]), terminator: "\n\n") }

    let optimizer = AdamW(model, learningRate: 0.003)
    var best = (accuracy: 0.0, weights: model.snapshot())
    var progress = Progress(epochs: epochs, samplesPerEpoch: training.x.shape[0])
    for _ in 0..<epochs {
        var losses: [Double] = []
        for (x, y) in batches(of: 16, training.x, training.y, shuffledBy: &generator) {
            let (loss, gradients) = valueAndGradients(of: model, using: &generator) { crossEntropy(model(x), y) }
            optimizer.update(with: gradients)
            losses.append(loss.item)
        }
        let reached = accuracy(model, validation.x, validation.y)
        if reached >= best.accuracy { best = (reached, model.snapshot()) }
        progress.epochEnded(loss: losses.reduce(0, +) / Double(losses.count), accuracy: reached)
    }
    progress.end()

    try model.restore(best.weights)
    accuracies.append(accuracy(model, digits.test.x, digits.test.y))
    print(
        "seed \(seed): test accuracy \(percent(accuracies.last!)) on the last 360, with the weights of the best validation accuracy"
    )
    if seed == options.seeds.last! {
        print("\n\(ConfusionMatrix(model(digits.test.x), digits.test.y))")
    }
}
let average = accuracies.reduce(0, +) / Double(accuracies.count)
if accuracies.count > 1 { print("mean of \(accuracies.count) seeds: \(percent(average))") }
if average < 0.85 { fatalError("The network did not learn.") }
