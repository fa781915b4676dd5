import ArgumentParser
import Cotangent

struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures a trained model on rows whose answers are known.",
        discussion: """
            Of a classifier: cross-entropy, accuracy, precision, recall and F1 class by class, and who is taken for whom. Of \
            a regression: mean squared and absolute error, R². Take rows that the model was not trained on.

            EXAMPLES
              cotangent evaluate digits.safetensors digits.csv --rows 1438-
              cotangent evaluate digits.safetensors test.csv --confusion confusion.svg
              cotangent evaluate diabetes.safetensors test.csv --json | jq .r2

            EXIT STATUS
              0   measured
              1   a file could not be read, or the data do not fit the model
              64  the arguments do not fit together
            """)

    @Argument(help: "The file that cotangent train wrote.", completion: .file(extensions: ["safetensors"]))
    var model: String

    @OptionGroup(title: "DATA") var data: DataOptions

    @Option(
        help: ArgumentHelp("Draw who is taken for whom.", valueName: "svg"), completion: .file(extensions: ["svg"]))
    var confusion: String?

    @Flag(help: "Print JSON instead of text: an object, or of several targets an array of them.")
    var json = false

    func run() throws {
        let trained = try TrainedModel(path: model)
        let samples = try SampleFile(
            data, columns: trained.columns.isEmpty ? nil : trained.columns, targets: trained.objective.targetNames)
        let y = try trained.objective.tensor(samples, path: data.data)
        if case .regression = trained.objective, confusion != nil {
            throw Problem(description: "--confusion is for classes, and this model predicts numbers.")
        }
        let outputs = try trained.outputs(samples.x, path: data.data)
        switch trained.objective {
        case .classification(let classes, _): try report(outputs, y, classes)
        case .regression(let targets): reportErrors(outputs, y, targets)
        }
    }

    private func report(_ logits: Tensor, _ labels: Tensor, _ classes: [String]) throws {
        let matrix = ConfusionMatrix(logits, labels, classNames: classes)
        if let confusion { try matrix.picture().write(to: confusion) }
        let scores = ClassScores(logits, labels, classes)
        print(json ? JSONText.of(scores) : "\(scores)\n\n\(matrix)")
    }

    private func reportErrors(_ outputs: Tensor, _ y: Tensor, _ targets: [String]) {
        struct Scores: Encodable {
            let target: String
            let rows: Int
            let mse: Double
            let mae: Double
            let r2: Double
        }
        let scores = targets.enumerated().map { index, name in
            let (p, t) = (outputs[.all, index], y[.all, index])
            return Scores(
                target: name, rows: y.shape[0], mse: MSE()(p, t), mae: MAE()(p, t),
                r2: R2()(p, t))
        }
        if json { return print(scores.count == 1 ? JSONText.of(scores[0]) : JSONText.of(scores)) }
        for score in scores {
            print(
                "\(score.target): \(score.rows) rows, mean squared error \(short(score.mse)), mean absolute error \(short(score.mae)), R² \(short(score.r2))"
            )
        }
    }
}

extension TrainedModel {
    /// What the model gives for rows of a file, as many at a time as validation takes.
    func outputs(_ x: Tensor, path: String) throws -> Tensor {
        let wanted = architecture.input.reduce(1, *)
        guard x.shape.dropFirst().reduce(1, *) == wanted else {
            throw Problem(
                description:
                    "\(path) has samples \(Shape(Array(x.shape.dropFirst()))), and the model takes \(architecture.input)."
            )
        }
        let shaped = x.reshaped(Shape([x.shape[0]] + architecture.input.dimensions))
        return concatenate(
            stride(from: 0, to: x.shape[0], by: 256).map { model(shaped[$0..<min($0 + 256, x.shape[0])]) })
    }
}
