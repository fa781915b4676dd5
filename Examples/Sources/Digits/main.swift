// A network that learns to read handwritten digits: the lecture's standard architecture, y₁ = ReLU(W₁ x + b₁),
// y₂ = W₂ y₁ + b₂, trained by back propagation with softmax and cross-entropy, held back by dropout and a little L2, and
// judged while it learns by a validation set.
import Cotangent
import Foundation

let quick = CommandLine.arguments.contains("--quick")
let seeds: [UInt64] = CommandLine.arguments.contains("--seeds") ? [1, 2, 3, 4, 5] : [1]
let epochs = quick ? 10 : 60

// 1,797 digits of 8×8 pixels, 0…16. By order the first 1,437 train and validate, the last 360 test.
let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Data/digits.csv").path
let table = try CSV(path: path)
let images = try table.tensor(excluding: ["label"]) / 16
let labels = try table.labels("label")
let (testX, testY) = (images[1437...], labels[1437...])

func accuracy(_ model: Sequential, _ x: Tensor, _ y: Tensor) -> Double {
    mean(equal(argmax(model(x), axis: -1), y).cast(to: .float32)).item
}

var accuracies: [Double] = []
for seed in seeds {
    var generator = PhiloxGenerator(seed: seed)
    let order = Tensor.permutation(1437, using: &generator)
    let (validation, training) = (order[..<137], order[137...])
    let (trainX, trainY) = (gather(images, training), gather(labels, training))
    let (validationX, validationY) = (gather(images, validation), gather(labels, validation))

    let model = Sequential {
        Linear(64, 128, using: &generator)
        ReLU()
        Dropout(rate: 0.4)
        Linear(128, 10, using: &generator)
    }
    if seed == seeds[0] { print(model.summary(inputShape: [16, 64]), terminator: "\n\n") }

    let optimizer = AdamW(model, learningRate: 0.003)
    var best = (accuracy: 0.0, weights: model.snapshot())
    var progress = Progress(epochs: epochs, samplesPerEpoch: trainX.shape[0])
    for _ in 0..<epochs {
        var losses: [Double] = []
        for (x, y) in batches(of: 16, trainX, trainY, shuffledBy: &generator) {
            let (loss, gradients) = valueAndGradients(of: model, using: &generator) { crossEntropy(model(x), y) }
            optimizer.update(with: gradients)
            losses.append(loss.item)
        }
        let reached = accuracy(model, validationX, validationY)
        if reached >= best.accuracy { best = (reached, model.snapshot()) }
        progress.epochEnded(loss: losses.reduce(0, +) / Double(losses.count), accuracy: reached)
    }
    progress.end()

    try model.restore(best.weights)
    accuracies.append(accuracy(model, testX, testY))
    print(
        "seed \(seed): test accuracy \(percent(accuracies.last!)) on the last 360, with the weights of the best validation accuracy"
    )
    if seed == seeds.last! {
        print("\nconfusion matrix (rows: the digit, columns: what the network read)\n")
        print(confusionMatrix(argmax(model(testX), axis: -1), testY, classes: 10))
    }
}
let average = accuracies.reduce(0, +) / Double(accuracies.count)
if accuracies.count > 1 { print("mean of \(accuracies.count) seeds: \(percent(average))") }
if average < 0.85 { fatalError("The network did not learn.") }
