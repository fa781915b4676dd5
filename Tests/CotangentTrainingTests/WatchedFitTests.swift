import Cotangent
import CotangentTraining
import Foundation
import Testing

/// What a trainer reports, as it is shown and logged.
@Suite struct WatchedFitTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "fit-\(UUID())")

    private func fit(_ callbacks: [any TrainingCallback]) throws {
        var generator = PhiloxGenerator(seed: 1)
        let model = Sequential([Linear(2, 3, using: &generator)])
        let x = Tensor.normal([10, 2], using: &generator)
        let loader = DataLoader(TensorDataset(x, Tensor((0..<10).map { $0 % 3 })), batchSize: 4)
        let trainer = Trainer(model, SGD(model, learningRate: 0.1), loss: { crossEntropy($0, $1) })
        trainer.metrics = [Accuracy()]
        trainer.callbacks = callbacks
        _ = try trainer.fit(loader, validation: loader, epochs: 2)
    }

    @Test func everyFigureHasItsPlace() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = { (name: String) in folder.appending(path: name).path(percentEncoded: false) }
        let screen = FakeTerminal()
        try fit([ProgressBar(screen.terminal()), JSONLog(path: path("log.jsonl")), CSVLog(path: path("log.csv"))])

        // An empty field would throw.
        let table = try CSV(path: path("log.csv"))
        #expect(
            table.columnNames == [
                "epoch", "step", "learning rate", "seconds", "best", "loss", "accuracy", "validation loss",
                "validation accuracy",
            ])
        #expect(try table.tensor(columns: ["epoch", "step"]).floats == [1, 3, 2, 6])

        let lines = try String(contentsOfFile: path("log.jsonl"), encoding: .utf8).split(separator: "\n")
        let objects = try lines.map {
            try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(
            objects.map { $0["event"] as? String } == [
                "began", "step", "step", "step", "epoch", "step", "step", "step", "epoch", "end",
            ])
        #expect((objects[8]["validation"] as? [String: Double])?.keys.sorted() == ["accuracy", "loss"])

        let kept = screen.written.filter { $0.hasSuffix("\n") }
        #expect(kept.count == 3 && kept[1].contains("Epoch 2/2  loss") && kept[1].contains("validation loss"))
        #expect(kept[2].contains("2 epochs in "))
    }

    #if os(Linux)
        /// A log without room ends the run, and the others hear of it.
        @Test func fullDiskEndsTheRun() throws {
            let screen = FakeTerminal()
            let bar = ProgressBar(screen.terminal(redraws: false))
            let error = #expect(throws: LogError.self) { try fit([bar, JSONLog(path: "/dev/full")]) }
            #expect(error?.file == "/dev/full")
            #expect(screen.written.count == 1 && screen.written[0].hasPrefix("Failed before the first step, "))
        }
    #endif
}
