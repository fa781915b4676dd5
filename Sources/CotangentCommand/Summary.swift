import ArgumentParser
import Cotangent

struct Summary: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows a model layer by layer, or what tensors a file holds.",
        discussion: """
            EXAMPLES
              cotangent summary mlp:64-128-10
              cotangent summary cnn.json --batch 32
              cotangent summary digits.safetensors
              cotangent summary weights.npz --json

            EXIT STATUS
              0   shown
              1   a file could not be read, or describes no model
              64  the arguments do not fit together
            """)

    @Argument(
        help: "mlp:64-128-10, a JSON file that describes a model, or a .safetensors or .npz file.",
        completion: .file(extensions: ["json", "safetensors", "npz"]))
    var model: String

    @Option(help: "Rows in a batch, for the shapes shown.")
    var batch = 1

    @Flag(help: "Print JSON instead of text: an object, or of a file of tensors an array.")
    var json = false

    func validate() throws { if batch < 1 { throw ValidationError("--batch must be 1 or more.") } }

    func run() throws {
        if model.hasSuffix(".npz") || model.hasSuffix(".safetensors") {
            if model.hasSuffix(".safetensors"), let trained = try? TrainedModel(path: model) {
                return show(trained.model, trained.architecture)
            }
            let file = try TensorFile(path: model)
            return print(json ? JSONText.of(file.rows) : file.table)
        }
        let architecture = try ModelArgument.architecture(model)
        var generator = PhiloxGenerator(seed: 0)
        show(architecture.makeModel(using: &generator), architecture)
    }

    private func show(_ model: Sequential, _ architecture: Architecture) {
        struct Row: Encodable {
            let name: String
            let layer: String
            let output: [Int]?
            let parameters: Int
        }
        struct Report: Encodable {
            let input: [Int]
            let output: [Int]
            let parameters: Int
            let bytes: Int
            let layers: [Row]
        }
        let summary = model.summary(inputShape: Shape([batch] + architecture.input.dimensions))
        guard json else { return print(summary) }
        print(
            JSONText.of(
                Report(
                    input: summary.inputShape.dimensions, output: summary.outputShape.dimensions,
                    parameters: summary.parameterCount, bytes: summary.byteCount,
                    layers: summary.rows.map {
                        Row(
                            name: $0.name, layer: $0.layer, output: $0.outputShape?.dimensions,
                            parameters: $0.parameterCount)
                    })))
    }
}
