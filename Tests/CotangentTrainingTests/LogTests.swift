import Cotangent
import Foundation
import TestSupport
import Testing

@Suite struct LogTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID())")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    private func path(_ name: String) -> String { folder.appending(path: name).path(percentEncoded: false) }
    private func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

    private let figures = [NamedValue("loss", 0.1), NamedValue("top-3, \"any\"", .infinity)]

    private func log(_ callback: any TrainingCallback, before: Int, epochs: ClosedRange<Int>) throws {
        let run = run(before: before, metrics: ["top-3, \"any\""], validation: ["loss"])
        try callback.trainingBegan(run)
        for number in epochs {
            try callback.stepEnded(step(2 * number - 1, of: 2, loss: .nan, seconds: 1e-5), of: run)
            try callback.stepEnded(step(2 * number, of: 2, norm: 1.5), of: run)
            try callback.epochEnded(
                epoch(number, of: 2, training: figures, validation: [NamedValue("loss", 0.3)], isBest: number == 1),
                of: run)
        }
    }

    // MARK: JSON

    private let began = #"{"event":"began","epochs":3,"stepsPerEpoch":4,"stepsBefore":0}"#
    private let first = #"""
        {"event":"step","epoch":1,"step":1,"loss":null,"learningRate":0.001,"gradientNorm":null,"samples":32,"seconds":1e-05}
        {"event":"step","epoch":1,"step":2,"loss":0.5,"learningRate":0.001,"gradientNorm":1.5,"samples":32,"seconds":0.5}
        {"event":"epoch","epoch":1,"step":2,"training":{"loss":0.1,"top-3, \"any\"":null},"validation":{"loss":0.3},"learningRate":0.001,"seconds":2.0,"isBest":true}
        """#

    @Test func jsonLines() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let log = JSONLog(path: path("log.jsonl"))
        try self.log(log, before: 0, epochs: 1...1)
        // Before the end: each line is written at once.
        #expect(try text("log.jsonl") == "\(began)\n\(first)\n")
        for line in try text("log.jsonl").split(separator: "\n") {
            _ = try JSONSerialization.jsonObject(with: Data(line.utf8))
        }
        try log.trainingEnded(.stoppedEarly(bestEpoch: 1), of: run())
        #expect(try text("log.jsonl").hasSuffix("\n{\"event\":\"end\",\"reason\":\"stoppedEarly\",\"bestEpoch\":1}\n"))
        try log.trainingEnded(.failed("no \"room\""), of: run())
        #expect(
            try text("log.jsonl").hasSuffix(
                "\n{\"event\":\"end\",\"reason\":\"failed\",\"message\":\"no \\\"room\\\"\"}\n"))
    }

    @Test func jsonGoesOnBehindWholeLines() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("{\"event\":\"began\"}\n{\"event\":\"st".utf8).write(to: folder.appending(path: "log.jsonl"))
        let resumed = JSONLog(path: path("log.jsonl"), everySteps: 0)
        try resumed.trainingBegan(run(before: 8))
        try resumed.stepEnded(step(9), of: run(before: 8))
        let second = began.replacing("Before\":0", with: "Before\":8")
        #expect(try text("log.jsonl") == "{\"event\":\"began\"}\n\(second)\n")
        // A run that does not go on begins anew; without a number of steps.
        try JSONLog(path: path("log.jsonl")).trainingBegan(run(steps: nil))
        #expect(try text("log.jsonl") == began.replacing("Epoch\":4", with: "Epoch\":null") + "\n")
    }

    /// Killed behind step 5, the run goes on from step 2: steps 3 to 5 are taken again, and each stands there once.
    @Test func jsonGoesOnFromACheckpoint() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let killed = JSONLog(path: path("log.jsonl"))
        try log(killed, before: 0, epochs: 1...2)
        try killed.stepEnded(step(5, of: 2), of: run())
        try killed.trainingEnded(.failed("no room"), of: run())
        try log(JSONLog(path: path("log.jsonl")), before: 2, epochs: 2...2)
        let second = began.replacing("Before\":0", with: "Before\":2")
        let text = try self.text("log.jsonl")
        #expect(text.hasPrefix("\(began)\n\(first)\n\(second)\n{\"event\":\"step\",\"epoch\":2,\"step\":3,"))
        #expect(text.split(separator: "\n").count == 8 && text.hasSuffix("\"isBest\":false}\n"))
        // Behind all steps nothing is cut; nor what tells of no step.
        try JSONLog(path: path("log.jsonl")).trainingBegan(run(before: 4))
        #expect(try self.text("log.jsonl") == text + began.replacing("Before\":0", with: "Before\":4") + "\n")
    }

    @Test func everyThirdStep() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let log = JSONLog(path: path("log.jsonl"), everySteps: 3)
        try log.trainingBegan(run())
        for number in 1...7 { try log.stepEnded(step(number), of: run()) }
        let lines = try text("log.jsonl").split(separator: "\n")
        #expect(lines.count == 3 && lines[1].contains("\"step\":3,") && lines[2].contains("\"step\":6,"))
    }

    // MARK: CSV

    private let header = "epoch,step,learning rate,seconds,best,loss,\"top-3, \"\"any\"\"\",validation loss\r\n"

    @Test func csvRows() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try log(CSVLog(path: path("log.csv")), before: 0, epochs: 1...2)
        #expect(try text("log.csv") == header + "1,2,0.001,2.0,1,0.1,inf,0.3\r\n2,4,0.001,2.0,0,0.1,inf,0.3\r\n")
        let table = try CSV(path: path("log.csv"))
        #expect(table.columnNames[6] == "top-3, \"any\"")
        #expect(try table.tensor(column: "validation loss", dtype: .float64).doubles == [0.3, 0.3])
    }

    /// Interrupted in epoch 3, behind step 5, the run goes on from step 2: epoch 2 is taken again, and 3 follows.
    @Test func csvGoesOnFromACheckpoint() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try log(CSVLog(path: path("log.csv")), before: 0, epochs: 1...2)
        try log(CSVLog(path: path("whole.csv")), before: 0, epochs: 1...3)
        let cut = try text("log.csv") + "3,6,0.0"
        try Data(cut.utf8).write(to: folder.appending(path: "log.csv"))
        try log(CSVLog(path: path("log.csv")), before: 2, epochs: 2...3)
        #expect(try text("log.csv") == text("whole.csv"))
        // Behind all rows, one that was cut off excepted.
        try Data(cut.utf8).write(to: folder.appending(path: "log.csv"))
        try log(CSVLog(path: path("log.csv")), before: 5, epochs: 3...3)
        #expect(try text("log.csv") == text("whole.csv"))
        // No file, an empty one, and one that ends within the header.
        for content in ["", "epoch,step,lea"] {
            try Data(content.utf8).write(to: folder.appending(path: "log.csv"))
            try log(CSVLog(path: path("log.csv")), before: 2, epochs: 2...2)
            #expect(try text("log.csv") == header + "2,4,0.001,2.0,0,0.1,inf,0.3\r\n")
        }
    }

    @Test func csvOfOtherColumnsIsLeftAlone() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("epoch,step,loss\n1,2,0.5\n".utf8).write(to: folder.appending(path: "log.csv"))
        let error = #expect(throws: LogError.self) {
            try log(CSVLog(path: path("log.csv")), before: 2, epochs: 2...2)
        }
        #expect(error?.reason == .otherColumns)
        #expect(
            error?.description.hasPrefix("\(path("log.csv")): the file has the columns epoch,step,loss, and the")
                == true)
        #expect(error?.message.hasSuffix("move the file away, or log to another one") == true)
        #expect(try text("log.csv") == "epoch,step,loss\n1,2,0.5\n")
    }

    // MARK: Failures

    @Test func whatCannotBeWrittenThrows() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        for place in [path("missing/log"), path("")] {
            for log in [JSONLog(path: place), CSVLog(path: place)] as [any TrainingCallback] {
                let error = #expect(throws: LogError.self) { try log.trainingBegan(run()) }
                #expect(error?.reason == .unwritableFile && error?.file == place)
                #expect(error?.message.contains("Check that its folder exists") == true)
            }
        }
    }

    #if os(Linux)
        /// A device that has no room.
        @Test func fullDisk() throws {
            for log in [JSONLog(path: "/dev/full"), CSVLog(path: "/dev/full")] as [any TrainingCallback] {
                let error = #expect(throws: LogError.self) { try log.trainingBegan(run()) }
                #expect(error?.description.hasPrefix("/dev/full: the file cannot be written: No space left") == true)
            }
        }
    #endif
}
