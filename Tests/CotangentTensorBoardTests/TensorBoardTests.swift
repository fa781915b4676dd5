import Cotangent
import CotangentTensorBoard
import Foundation
import TestSupport
import Testing

@Suite struct TensorBoardTests {
    private let root = FileManager.default.temporaryDirectory.appending(path: "board-\(UUID())")

    /// Folders are made as deep as they are wanted, and each writer has a file of its own.
    @Test func filesAreNamedAsTensorBoardLooksForThem() throws {
        defer { try? FileManager.default.removeItem(at: root) }
        let folder = root.appending(path: "runs/first").path(percentEncoded: false)
        let boards = (0..<2).map { _ in TensorBoard(folder: folder) }
        #expect(!FileManager.default.fileExists(atPath: folder))
        for board in boards { try board.scalar("x", 1, step: 1) }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(names.count == 2)
        for name in names {
            #expect(name.wholeMatch(of: /events\.out\.tfevents\.\d{10}\..+\.\d+\.\d+/) != nil)
            #expect(name.contains(".\(ProcessInfo.processInfo.processIdentifier)."))
        }
    }

    @Test func whatCannotBeWrittenThrows() throws {
        let folder = root.path(percentEncoded: false)
        try Data().write(to: root)
        defer { try? FileManager.default.removeItem(at: root) }
        let error = #expect(throws: LogError.self) {
            try TensorBoard(folder: folder + "/runs").scalar("x", 1, step: 1)
        }
        #expect(error?.file == folder + "/runs" && error?.message.contains("the folder cannot be made") == true)
    }

    #if os(Linux)
        /// The header does not fit, and so training does not begin.
        @Test func fullDisk() throws {
            let board = TensorBoard("", 1, nil) { _ throws(LogError) in try EventFileWriter(path: "/dev/full") }
            let error = #expect(throws: LogError.self) {
                try board.trainingBegan(TrainingRun(epochs: 1, stepsPerEpoch: nil, model: Sequential([])))
            }
            #expect(error?.description.hasPrefix("/dev/full: the file cannot be written: No space left") == true)
        }
    #endif

    static let traps = [
        Trap("TensorBoard: everySteps is -1; it counts steps, and 0 is none") {
            _ = TensorBoard(folder: "x", everySteps: -1)
        },
        Trap("TensorBoard: histogramsEverySteps is 0; it counts steps, and nil is none") {
            _ = TensorBoard(folder: "x", histogramsEverySteps: 0)
        },
        Trap("TensorBoard.histogram: 0 buckets; at least 1 is expected") {
            try? TensorBoard(folder: "x").histogram("x", Tensor([1.0]), step: 0, buckets: 0)
        },
    ]

    @Test(arguments: traps.indices) func mistakesTrap(_ number: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [number] in
            Self.traps[number].body()
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains(Self.traps[number].message))
    }
}
