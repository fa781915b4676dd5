// What helps a network that has seen too little: 200 of the digits to learn from, 300 to choose by, the last 360 to judge.
// Each method is tried in several strengths over ten seeds; the strength is chosen by the validation set alone, and the
// table has the test set's figures. A seed means the same rows, weights and order of batches for all methods.
//
//     swift run -c release --package-path Examples Regularization
import Cotangent
import DigitsSupport
import ExampleSupport
import Foundation

struct Setting {
    var text: String
    var dropout = 0.0
    var penalty: Penalty?
    var stopping: EarlyStopping?
}

struct Outcome {
    var validation, accuracy, loss, zeros, epochs: Double
    var model: Sequential
}

let arguments = Arguments("[--seeds 10] [--pictures FOLDER] [--quick]")
let isQuick = arguments.isQuick
let epochs = isQuick ? 30 : 200
let seeds = arguments.integer("--seeds", quick: 2)
let digits = try DigitsData()
let test = DataLoader(TensorDataset(digits.test.x, digits.test.y), batchSize: 360, shuffle: false)

@MainActor
func run(_ setting: Setting, seed: Int) throws -> Outcome {
    var generator = PhiloxGenerator(seed: UInt64(seed))
    let order = Tensor.permutation(1437, using: &generator)
    @MainActor func rows(_ range: Range<Int>) -> TensorDataset {
        TensorDataset(gather(digits.images, order[range]), gather(digits.labels, order[range]))
    }
    let model = Sequential {
        Linear(64, 128, using: &generator)
        ReLU()
        Dropout(rate: setting.dropout)
        Linear(128, 10, using: &generator)
    }
    let trainer = Trainer(model, Adam(model, learningRate: 0.003), seed: UInt64(seed), loss: crossEntropy)
    trainer.metrics = [Accuracy()]
    trainer.penalty = setting.penalty
    trainer.earlyStopping = setting.stopping
    let validation = DataLoader(rows(200..<500), batchSize: 300, shuffle: false)
    let history = try trainer.fit(
        DataLoader(rows(0..<200), batchSize: 20, seed: UInt64(seed), prefetch: 0), validation: validation,
        epochs: epochs)

    let weights = model.parameters.filter { $0.shape.rank == 2 }.flatMap(\.value.doubles)
    let figures = try trainer.evaluate(test)
    return Outcome(
        validation: try trainer.evaluate(validation)[1].value, accuracy: figures[1].value, loss: figures[0].value,
        zeros: Double(weights.count { $0 == 0 }) / Double(weights.count), epochs: Double(history.epochs.count),
        model: model)
}

/// The strength that does best on the validation sets, and what it reaches.
@MainActor
func best(of settings: [Setting]) throws -> (Setting, [Outcome]) {
    let tried = try settings.map { setting in (setting, try (1...seeds).map { try run(setting, seed: $0) }) }
    return tried.max { average($0.1, \.validation) < average($1.1, \.validation) }!
}

func average(_ outcomes: [Outcome], _ figure: (Outcome) -> Double) -> Double {
    outcomes.reduce(0) { $0 + figure($1) } / Double(outcomes.count)
}

/// "87.2 ± 1.8", the mean and the standard deviation over the seeds; the one figure where there is one seed.
func spread(_ outcomes: [Outcome], _ decimals: Int, _ figure: (Outcome) -> Double) -> String {
    let mean = average(outcomes, figure)
    if outcomes.count == 1 { return fixed(mean, decimals) }
    let variance = outcomes.reduce(0) { $0 + pow(figure($1) - mean, 2) } / Double(outcomes.count - 1)
    return fixed(mean, decimals) + " ± " + fixed(variance.squareRoot(), decimals)
}

let clock = Stopwatch()
let patience = EarlyStopping(patience: 20)
let rates = isQuick ? [0.5] : [0.35, 0.5, 0.65, 0.8]
let (weak, strong) = isQuick ? ([1e-3], [0.03]) : ([1e-4, 3e-4, 1e-3, 3e-3], [0.003, 0.01, 0.03, 0.1])
let none = try best(of: [Setting(text: "")])
let dropout = try best(of: rates.map { Setting(text: "rate \($0)", dropout: $0) })
let l2 = try best(of: weak.map { Setting(text: "λ = \($0)", penalty: .l2($0)) })
let l1 = try best(of: strong.map { Setting(text: "λ = \($0), proximal", penalty: .l1($0, proximal: true)) })
let stopped = try best(of: [Setting(text: "patience 20", stopping: patience)])
let all = try best(of: [
    Setting(
        text: "dropout, L2 and early stopping as above", dropout: dropout.0.dropout, penalty: l2.0.penalty,
        stopping: patience)
])

let seconds = clock.seconds
print("| method | strength | epochs | validation | test accuracy | better than none | test loss | weights that are 0 |")
print("|---|---|---|---|---|---|---|---|")
for (name, (setting, outcomes)) in [
    ("none", none), ("dropout", dropout), ("L2", l2), ("L1", l1), ("early stopping", stopped), ("together", all),
] {
    let wins = zip(outcomes, none.1).count { $0.accuracy > $1.accuracy }
    let accuracy = spread(outcomes, 1) { $0.accuracy * 100 }
    let cells = [
        name, setting.text, fixed(average(outcomes, \.epochs), 0), percent(average(outcomes, \.validation)),
        "\(accuracy) %", name == "none" ? "" : "\(wins) of \(seeds)", spread(outcomes, 3, \.loss),
        percent(average(outcomes, \.zeros)),
    ]
    print("| " + cells.joined(separator: " | ") + " |")
}
print("\n\(seeds) seeds of each: \(fixed(seconds, 1)) s")
let (unaided, together) = (average(none.1, \.accuracy), average(all.1, \.accuracy))
expect(unaided > 0.8, "\(percent(unaided)) of the test are read")
expect(average(l1.1, \.zeros) > 0, "L1 left no zeros")
expect(isQuick || together > unaided, "all together read \(percent(together)), without any it is \(percent(unaided))")

// What a stronger L1 leaves of the network: an edge where a weight is not 0.
if let folder = arguments.pictures {
    let sparse = try run(Setting(text: "", penalty: .l1(strong.last!, proximal: true)), seed: 1)
    let title = String(
        format: "L1 with λ = %g: %.0f %% of the weights are 0, test accuracy %.1f %%", strong.last!, sparse.zeros * 100,
        sparse.accuracy * 100)
    try NetworkDiagram(sparse.model, title: title).write(to: "\(folder)/edges.svg")
    print("\n\(title): \(folder)/edges.svg")
}
