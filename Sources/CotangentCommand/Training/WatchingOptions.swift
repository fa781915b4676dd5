import ArgumentParser
import Cotangent
import CotangentTensorBoard

/// What shows and saves a run.
struct WatchingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Save the run in this folder as it goes.", valueName: "folder"), completion: .directory)
    var checkpoints: String?

    @Option(help: ArgumentHelp("Save each so many steps too, not only behind epochs.", valueName: "steps"))
    var checkpointSteps: Int?

    @Option(help: ArgumentHelp("How many of the last checkpoints are kept.", valueName: "count"))
    var keep = 3

    @Flag(help: "Go on from the latest checkpoint, if there is one. The other options must be as they were.")
    var resume = false

    @Option(
        help: ArgumentHelp("Write figures to a file: .jsonl line by line, .csv epoch by epoch.", valueName: "path"),
        completion: .file(extensions: ["jsonl", "csv"]))
    var log: String?

    @Option(
        name: .customLong("tensorboard"), help: ArgumentHelp("Write event files for TensorBoard.", valueName: "folder"),
        completion: .directory)
    var tensorBoard: String?

    @Option(
        help: ArgumentHelp("Draw the learning curves.", valueName: "svg"), completion: .file(extensions: ["svg"]))
    var curves: String?

    @Flag(name: [.short, .long], help: "Show no progress.")
    var quiet = false

    @Flag(help: "Print one JSON object at the end instead of text.")
    var json = false

    func validate() throws {
        if checkpoints == nil, resume || checkpointSteps != nil {
            throw ValidationError("--resume and --checkpoint-steps need --checkpoints, the folder.")
        }
        guard keep > 0, checkpointSteps ?? 1 > 0 else {
            throw ValidationError("--keep and --checkpoint-steps must be 1 or more.")
        }
        if let log, !log.hasSuffix(".jsonl"), !log.hasSuffix(".csv") {
            throw ValidationError("--log \(log): the name must end in .jsonl or .csv.")
        }
    }

    func apply(to trainer: Trainer<Sequential, Samples>, metadata: [String: String]) {
        trainer.checkpoints = checkpoints.map {
            Checkpoints(folder: $0, everySteps: checkpointSteps, keepingLast: keep, metadata: metadata)
        }
        if !quiet { trainer.callbacks.append(ProgressBar()) }
        if let log { trainer.callbacks.append(log.hasSuffix(".csv") ? CSVLog(path: log) : JSONLog(path: log)) }
        if let tensorBoard { trainer.callbacks.append(TensorBoard(folder: tensorBoard)) }
    }
}
