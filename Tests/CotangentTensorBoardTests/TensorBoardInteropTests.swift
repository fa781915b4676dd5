import Cotangent
import CotangentTensorBoard
import Foundation
import Testing

/// Writes event files and what is in them to the folder that COTANGENT_INTEROP names;
/// Tests/Interop/check_tensorboard.py then reads them by TensorBoard's own reader: `make test-interop`.
@Suite struct TensorBoardInteropTests {
    private static let folder = ProcessInfo.processInfo.environment["COTANGENT_INTEROP"]

    private struct Expected: Encodable {
        /// Tag, then step and value of each event.
        var scalars: [String: [[Double]]] = [:]
        /// Tag, then the values whose histogram it is.
        var histograms: [String: [Double]] = [:]
        var images: [String: Picture] = [:]
        var texts: [String: String] = [:]
    }

    private struct Picture: Encodable {
        let shape: [Int]
        /// 0…255, plane by plane.
        let samples: [Int]
    }

    @Test(.enabled(if: folder != nil)) func writesEventFiles() throws {
        let root = URL(filePath: try #require(Self.folder)).appending(path: "tensorboard")
        var expected: [String: Expected] = [:]
        expected["direct"] = try direct(root.appending(path: "direct").path(percentEncoded: false))
        expected["training"] = try training(root.appending(path: "training").path(percentEncoded: false))
        try JSONEncoder().encode(expected).write(to: root.appending(path: "expected.json"))
    }

    private func direct(_ folder: String) throws -> Expected {
        let board = TensorBoard(folder: folder)
        var expected = Expected()
        var generator = PhiloxGenerator(seed: 5)
        for step in [0, 1, 7, 3_000_000_000] {
            let value = Double(step) / 8 - 1e-3
            try board.scalar("a/b c", value, step: step)
            expected.scalars["a/b c", default: []].append([Double(step), value])
        }
        let normal = Tensor.normal([4, 2500], using: &generator)
        let lists = [
            ("normal", normal), ("view", normal[0..., Slice.every(2)].transposed), ("one", Tensor([0.25])),
            ("alike", Tensor.full([9], -3)), ("int64", Tensor([1, 2, 2, 3, 9])), ("empty", Tensor([] as [Double])),
            ("wide", Tensor([-1e300, 0, 1, 1e300])), ("tiny", Tensor([1, 2, 5] as [Double]) * 0x1p-1060),
        ]
        for (name, values) in lists {
            try board.histogram(name, values, step: 1)
            expected.histograms[name] = values.doubles
        }
        for channels in 1...4 {
            // Above 65,535 bytes for three and four channels: more than one stored block.
            let pixels = Tensor.uniform([channels, 130, 210], using: &generator)
            try board.image("image \(channels)", pixels, step: channels)
            expected.images["image \(channels)"] = Picture(
                shape: pixels.shape.map(\.self), samples: pixels.floats.map { Int($0 * 255 + 0.5) })
        }
        try board.text("markdown", "# Größe\n\n*x* < 5", step: 2)
        expected.texts["markdown"] = "# Größe\n\n*x* < 5"
        let model = Sequential([Linear(3, 2, using: &generator)])
        let summary = model.summary(inputShape: [1, 3])
        try board.summary(summary)
        expected.texts["summary"] = "```\n\(summary)\n```"
        try board.flush()
        return expected
    }

    /// Ten steps, of which the last four are taken again from step 6 on, as after an interruption.
    private func training(_ folder: String) throws -> Expected {
        var expected = Expected()
        var generator = PhiloxGenerator(seed: 6)
        let model = Sequential([Linear(3, 2, using: &generator)])
        func session(from before: Int) throws {
            let board = TensorBoard(folder: folder, histogramsEverySteps: 5)
            var run = TrainingRun(epochs: 2, stepsPerEpoch: 5, validationNames: ["loss"], model: model)
            run.stepsBefore = before
            try board.trainingBegan(run)
            for step in before + 1...10 {
                let loss = Double(before + 1) / Double(step)
                let x = Tensor.ones([4, 3])
                let (_, gradients) = valueAndGradients(of: model) { sum(model(x)) }
                try board.gradientsTaken(gradients, step: step, of: run)
                try board.stepEnded(
                    StepReport(
                        epoch: step > 5 ? 2 : 1, step: step, stepOfEpoch: (step - 1) % 5 + 1, loss: loss, samples: 8,
                        learningRate: 0.5, gradientNorm: 2, seconds: 0.25), of: run)
                if before == 0 || step > 6 {
                    if before == 0, step > 6 { continue }
                    expected.scalars["loss/step", default: []].append([Double(step), loss])
                    expected.scalars["training/learning rate", default: []].append([Double(step), 0.5])
                    expected.scalars["training/samples per second", default: []].append([Double(step), 32])
                    expected.scalars["training/gradient norm", default: []].append([Double(step), 2])
                }
                if step % 5 == 0 {
                    let loss = NamedValue("loss", Double(step))
                    try board.epochEnded(
                        EpochReport(
                            epoch: step / 5, step: step, training: [loss], validation: [loss], learningRate: 0.5,
                            seconds: 1), of: run)
                }
            }
            try board.trainingEnded(.allEpochs, of: run)
        }
        try session(from: 0)
        try session(from: 6)
        for name in ["loss/training", "loss/validation"] { expected.scalars[name] = [[5, 5], [10, 10]] }
        expected.scalars["training/epoch"] = [[5, 1], [10, 2]]
        for (name, parameter) in model.namedParameters {
            expected.histograms["parameters/\(name)"] = parameter.value.doubles
            expected.histograms["gradients/\(name)"] = [Double](repeating: 4, count: parameter.value.count)
        }
        expected.texts["model"] =
            "Sequential, 8 parameters\n\n| Name | Shape | Type | |\n|---|---|---|---|\n"
            + "| 0.weight | [2, 3] | float32 |  |\n| 0.bias | [2] | float32 |  |"
        return expected
    }
}
