import ArgumentParser
import Cotangent

struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Uses a trained model: rows in, answers out.",
        discussion: """
            Rows come from a file or a pipe: CSV with the columns that the model was trained on, in any order and with \
            others among them; JSON, an array of objects or of arrays of numbers, or an object on each line; .npz, .npy, IDX.

            Of a classifier the answers are class and probability, with --probabilities those of all classes.

            EXAMPLES
              cotangent predict digits.safetensors new.csv
              head -4 digits.csv | cotangent predict digits.safetensors -
              echo '[{"bmi": 0.06, "bp": 0.02}]' |
                cotangent predict small.safetensors - --format json
              cotangent predict mnist.safetensors t10k-images-idx3-ubyte --probabilities

            EXIT STATUS
              0   all rows were answered
              1   a file could not be read, or the rows do not fit the model
              64  the arguments do not fit together
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case csv, json, jsonl }

    @Argument(help: "The file that cotangent train wrote.", completion: .file(extensions: ["safetensors"]))
    var model: String

    @OptionGroup(title: "DATA") var data: DataOptions

    @Option(name: [.short, .long], help: "How the answers are written.")
    var format: Format = .csv

    @Flag(help: "Write the probabilities of all classes.")
    var probabilities = false

    func validate() throws {
        if !data.target.isEmpty {
            throw ValidationError("--target is for training and evaluation: nothing is compared here.")
        }
    }

    func run() throws {
        let trained = try TrainedModel(path: model)
        let x = try rows(for: trained)
        let answers = Answers(try trained.outputs(x, path: data.data), trained.objective, probabilities: probabilities)
        switch format {
        case .csv: print(answers.csv, terminator: "")
        case .json: print(answers.json)
        case .jsonl: print(answers.jsonLines, terminator: "")
        }
    }

    private func rows(for trained: TrainedModel) throws -> Tensor {
        let columns = trained.columns.isEmpty ? nil : trained.columns
        if let rows = try JSONRows(data, columns: columns, input: trained.architecture.input) { return rows.x }
        return try SampleFile(data, columns: columns).x
    }
}
