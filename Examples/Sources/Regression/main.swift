// A network for regression: no activation at the output, ŷ = W₂ tanh(W₁ x + b₁) + b₂, trained on the mean square of
// y − ŷ, and stopped when the error on a validation set begins to rise. Is it better than a linear model?
//
//     swift run -c release --package-path Examples Regression
//
// The patients of diabetes.csv are cut into five folds. Each fold is held out once, the next one is for validation, and
// the other three are learnt from: so R² is that of predictions for all patients, none of whom was seen in training.
import Cotangent
import ExampleSupport
import Foundation

let arguments = Arguments("[--seeds 5] [--pictures FOLDER] [--quick]")
let isQuick = arguments.isQuick
let seeds = arguments.integer("--seeds", quick: 1)

let table = try CSV(path: dataPath("diabetes.csv"))
let x = try table.tensor(excluding: ["progression"])  // [442, 10]
let y = try table.tensor(columns: ["progression"])  // [442, 1]
let folds = try foldIndices(table.rowCount, 5, .inOrder)

/// What a fold is predicted from: everything is measured in deviations from the mean of what is learnt from.
struct Part {
    let training, validation: Samples
    let inputs, outputs: Standardizer
    let test: [Int]

    init(_ k: Int) {
        let learnt = (2...4).flatMap { folds[(k + $0) % 5] }
        test = folds[k]
        func rows(_ numbers: [Int]) -> (Tensor, Tensor) { (gather(x, Tensor(numbers)), gather(y, Tensor(numbers))) }
        let (seen, chosen) = (rows(learnt), rows(folds[(k + 1) % 5]))
        let (inputs, outputs) = (Standardizer(fitting: seen.0), Standardizer(fitting: seen.1))
        training = Samples(x: inputs(seen.0), y: outputs(seen.1))
        validation = Samples(x: inputs(chosen.0), y: outputs(chosen.1))
        (self.inputs, self.outputs) = (inputs, outputs)
    }

    /// What a model says of the fold's patients.
    func predict(_ model: (Tensor) -> Tensor) -> Tensor {
        outputs.inverse(model(inputs(gather(x, Tensor(test)))))
    }
}
let parts = (0..<5).map(Part.init)

// Ridge, with the penalty that does best in validation.
let penalties = (-8...12).map { pow(10, Double($0) / 4) }  // 0.01 … 1000
let linear = try concatenate(
    parts.map { part in
        let models = try Ridge().path(part.training.x, part.training.y, penalties: penalties)
        let scores = models.map { $0.score(part.validation.x, part.validation.y) }
        return part.predict(models[scores.indices.max { scores[$0] < scores[$1] }!].predict)
    })
let ridge = R2()(linear, y)
print("ridge    R² \(fixed(ridge, 3))")

var (scores, epochs, history) = ([Double](), 0, History())
let clock = Stopwatch()
for seed in 1...seeds {
    var generator = PhiloxGenerator(seed: UInt64(seed))
    let predictions = try concatenate(
        parts.map { part in
            let model = Sequential {
                Linear(10, 32, using: &generator)
                Tanh()
                Linear(32, 1, using: &generator)
            }
            let trainer = Trainer(model, AdamW(model, learningRate: 0.002, weightDecay: 0.01), loss: meanSquaredError)
            trainer.earlyStopping = EarlyStopping(patience: 20)
            history = try trainer.fit(
                DataLoader(TensorDataset(part.training), batchSize: 32, seed: UInt64(seed), prefetch: 0),
                validation: DataLoader(TensorDataset(part.validation), batchSize: 89, shuffle: false, prefetch: 0),
                epochs: 300)
            epochs += history.epochs.count
            return part.predict { model($0) }
        })
    scores.append(R2()(predictions, y))
    print("network  R² \(fixed(scores.last!, 3)), seed \(seed)")
}
let average = scores.reduce(0, +) / Double(seeds)
print("network  R² \(fixed(average, 3)) in the mean, \(epochs) epochs in \(fixed(clock.seconds, 1)) s")
if let folder = arguments.pictures {
    try LearningCurves(history, title: "Validation says when to stop").write(to: "\(folder)/curves.svg")
}
expect(
    average > (isQuick ? 0.45 : ridge - 0.03), "the network has R² \(fixed(average, 3)), ridge \(fixed(ridge, 3))")
