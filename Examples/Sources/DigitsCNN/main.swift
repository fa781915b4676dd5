// A convolutional network that learns to read handwritten digits. Filters of 3×3 see the same strokes wherever they are,
// y_k = ReLU(Σ_c w_kc ∗ x_c + b_k): sixteen of them look for edges, thirty-two for what edges form. Pooling halves the
// image, so that a pixel's difference in place matters less, and a small network of linear layers names the digit. Where
// Digits writes its loop out, a Trainer has it here.
//
//     swift run -c release --package-path Examples DigitsCNN
//
// --seeds trains several, each with a seed of its own. --pictures draws how the last one learnt, its confusion matrix and
// what it misreads.
import Cotangent
import DigitsSupport
import ExampleSupport

let arguments = Arguments("[--epochs 40] [--seed 1] [--seeds 1] [--pictures FOLDER] [--quick]")
let isQuick = arguments.isQuick
let epochs = arguments.integer("--epochs", quick: 5)
let seeds = (0..<arguments.integer("--seeds")).map { arguments.seed &+ UInt64($0) }
let digits = try DigitsData(imageShape: [1, 8, 8])

var accuracies: [Double] = []
for seed in seeds {
    var generator = PhiloxGenerator(seed: seed)
    let (training, validation) = digits.split(using: &generator)

    let model = Sequential {
        Conv2D(1, 16, kernelSize: 3, padding: 1, using: &generator)
        ReLU()
        Conv2D(16, 32, kernelSize: 3, padding: 1, using: &generator)
        ReLU()
        MaxPool2D(kernelSize: 2)
        Dropout(rate: 0.25)
        Flatten()
        Linear(512, 64, using: &generator)
        ReLU()
        Dropout(rate: 0.5)
        Linear(64, 10, using: &generator)
    }
    if seed == seeds[0] { print(model.summary(inputShape: [16, 1, 8, 8]), terminator: "\n\n") }

    let trainer = Trainer(model, AdamW(model, learningRate: 0.003, weightDecay: 0.01), seed: seed, loss: crossEntropy)
    trainer.metrics = [Accuracy()]
    // All epochs are taken, and the weights put back of that with the least loss in validation.
    trainer.earlyStopping = EarlyStopping(patience: .max)
    trainer.callbacks = [ProgressBar()]
    let clock = Stopwatch()
    let history = try trainer.fit(
        DataLoader(TensorDataset(training.x, training.y), batchSize: 16, seed: seed, prefetch: 0),
        validation: DataLoader(TensorDataset(validation.x, validation.y), batchSize: 137, shuffle: false, prefetch: 0),
        epochs: epochs)
    print("\(epochs) epochs: \(fixed(clock.seconds, 2)) s")

    let logits = model(digits.test.x)
    accuracies.append(Accuracy()(logits, digits.test.y))
    print(
        "seed \(seed): test accuracy \(percent(accuracies.last!)) on the last 360, with the weights of the least validation loss"
    )
    if seed == seeds.last! {
        print("\n\(ConfusionMatrix(logits, digits.test.y))")
        if let folder = arguments.pictures { try draw(history, logits, digits.test, into: folder) }
    }
}
let average = accuracies.reduce(0, +) / Double(accuracies.count)
if accuracies.count > 1 { print("mean of \(accuracies.count) seeds: \(percent(average))") }
expect(average >= (isQuick ? 0.85 : 0.95), "\(percent(average)) of the test are read")
