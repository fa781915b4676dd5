import ArgumentParser
import Cotangent
import Foundation

struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Trains a network on a table or on images, and writes it to a file.",
        discussion: """
            The model is mlp:INPUTS-HIDDEN-…-OUTPUTS, with an activation (mlp:64-128-10:tanh) and a rate of dropout \
            (mlp:64-128-10:relu:0.2) behind it if wanted, or the path of a JSON file:
              {"input": [1, 28, 28],
               "layers": [{"type": "conv2d", "outputs": 16, "kernelSize": 3}, "relu",
                          {"type": "maxPool2d", "kernelSize": 2}, "flatten",
                          {"type": "linear", "outputs": 10}]}
            Its layers, with their options: \(layers).

            Inputs are standardised by the training rows' mean and deviation, which the file holds with the weights. A \
            part of the rows validates: the weights of the epoch that does best on them are kept.

            EXAMPLES
              cotangent train digits.csv --target label --model mlp:64-128-10 \\
                --output digits.safetensors
              cotangent train diabetes.csv -t progression -m mlp:10-32-1 \\
                -o diabetes.safetensors --l2 0.001 --curves curves.svg
              cotangent train train-images-idx3-ubyte --labels train-labels-idx1-ubyte \\
                -m cnn.json -o mnist.safetensors
              cotangent train digits.csv -t label -m mlp:64-128-10 -o d.safetensors \\
                --checkpoints run --resume

            EXIT STATUS
              0    the model was written
              1    a file could not be read or written, or the data do not fit the model
              64   the arguments do not fit together
              130  interrupted by Ctrl-C, behind a whole step; with --checkpoints,
                   --resume goes on from there
            """)

    private static let layers = Architecture.kinds
        .map { $0.options.isEmpty ? $0.name : "\($0.name) (\($0.options.joined(separator: ", ")))" }
        .joined(separator: ", ")

    @OptionGroup(title: "DATA") var data: DataOptions

    @Option(name: [.short, .long], help: "The model: see above.", completion: .file(extensions: ["json"]))
    var model: String

    @Option(name: [.short, .long], help: "The file to write.", completion: .file(extensions: ["safetensors"]))
    var output: String

    @Option(help: "How often all rows are gone through.")
    var epochs = 30

    @Option(help: "Rows in a batch.")
    var batchSize = 32

    @Option(help: "Of the random numbers: the same seed gives the same weights, bit for bit.")
    var seed: UInt64 = 0

    @Option(help: "The share of the rows that validates, drawn at random; 0 for none.")
    var validation = 0.1

    @Option(help: ArgumentHelp("Stop after so many epochs that are no better.", valueName: "epochs"))
    var patience: Int?

    @Flag(inversion: .prefixedNo, help: "Scale inputs, and the targets of a regression, to mean 0 and deviation 1.")
    var standardize = true

    @OptionGroup(title: "OPTIMISATION") var optimization: OptimizerOptions

    @OptionGroup(title: "WATCHING AND SAVING") var watching: WatchingOptions

    /// Of epochs, steps and batches: products of two are far from overflow.
    static let largestCount = Int(Int32.max)

    func validate() throws {
        guard (1...Self.largestCount).contains(epochs), (1...Self.largestCount).contains(batchSize) else {
            throw ValidationError("--epochs and --batch-size must be within 1…\(Self.largestCount).")
        }
        guard (0..<1).contains(validation) else { throw ValidationError("--validation must be from 0 to below 1.") }
        guard patience ?? 1 > 0 else { throw ValidationError("--patience must be 1 or more.") }
        if patience != nil, validation == 0 {
            throw ValidationError("--patience needs rows that validate: --validation.")
        }
    }

    func run() throws {
        for path in [output, watching.curves].compactMap(\.self) { try Self.requireFolder(of: path) }
        let architecture = try ModelArgument.architecture(model)
        let samples = try SampleFile(data)
        let job = try TrainingJob(self, architecture, samples)
        try job.run()
    }

    /// Before hours of training rather than behind them.
    private static func requireFolder(of path: String) throws {
        let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw Problem(
                description: "\(path): the file cannot be written. Check that its folder exists and may be written to.")
        }
    }
}
