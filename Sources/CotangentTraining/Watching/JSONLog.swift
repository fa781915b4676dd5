import CotangentData
import CotangentTensor

/// Writes a JSON object a line (JSONL) for all that happens in training, to be followed or read by programs.
///
/// ```swift
/// trainer.callbacks.append(JSONLog(path: "training.jsonl"))
/// ```
/// ```
/// {"event":"began","epochs":10,"stepsPerEpoch":120,"stepsBefore":0}
/// {"event":"step","epoch":1,"step":1,"loss":2.3,"learningRate":0.01,"gradientNorm":1.2,"samples":32,"seconds":0.04}
/// {"event":"epoch","epoch":1,"step":120,"training":{"loss":0.8},"validation":{},"learningRate":0.01,…,"isBest":true}
/// {"event":"end","reason":"stoppedEarly","bestEpoch":7}
/// ```
///
/// Each line is in the file when the call is over. Numbers are written so that they are read back exactly. JSON has no
/// NaN and no infinity: they become null, as does what nobody knows (`stepsPerEpoch`, `gradientNorm`). An end's reason
/// is "allEpochs", "stoppedEarly" (with `bestEpoch`), "interrupted" or "failed" (with `message`).
///
/// A fresh run starts the file anew. A resumed one goes on behind the lines of the steps before it; those of later
/// steps, which it takes again, are cut off with all behind them, so that each step stands there once.
///
/// - Throws: from its calls ``LogError``, which names the file; the run then ends.
public final class JSONLog: TrainingCallback {
    private let path: String
    private let interval: Int
    private var file: AppendedFile?

    /// - Parameter interval: of the steps each so many-th, counted over all epochs, is written; 0 for none.
    public init(path: String, everySteps interval: Int = 1) {
        if interval < 0 { fail("JSONLog", "everySteps is \(interval); it counts steps, and 0 is none") }
        self.path = path
        self.interval = interval
    }

    public func trainingBegan(_ run: TrainingRun) throws {
        if file == nil {
            file = try AppendedFile(path: path) { bytes in
                run.stepsBefore > 0 ? keptLines(bytes, stepsBefore: run.stepsBefore) : 0
            }
        }
        try write([
            ("event", JSON.quoted("began")), ("epochs", "\(run.epochs)"),
            ("stepsPerEpoch", run.stepsPerEpoch.map { "\($0)" } ?? "null"), ("stepsBefore", "\(run.stepsBefore)"),
        ])
    }

    public func stepEnded(_ step: StepReport, of run: TrainingRun) throws {
        guard interval > 0, step.step % interval == 0 else { return }
        try write([
            ("event", JSON.quoted("step")), ("epoch", "\(step.epoch)"), ("step", "\(step.step)"),
            ("loss", number(step.loss)), ("learningRate", number(step.learningRate)),
            ("gradientNorm", step.gradientNorm.map(number) ?? "null"), ("samples", "\(step.samples)"),
            ("seconds", number(step.seconds)),
        ])
    }

    public func epochEnded(_ epoch: EpochReport, of run: TrainingRun) throws {
        try write([
            ("event", JSON.quoted("epoch")), ("epoch", "\(epoch.epoch)"), ("step", "\(epoch.step)"),
            ("training", object(epoch.training.map { ($0.name, number($0.value)) })),
            ("validation", object(epoch.validation.map { ($0.name, number($0.value)) })),
            ("learningRate", number(epoch.learningRate)), ("seconds", number(epoch.seconds)),
            ("isBest", "\(epoch.isBest)"),
        ])
    }

    public func trainingEnded(_ end: TrainingEnd, of run: TrainingRun) throws {
        var members = [("event", JSON.quoted("end"))]
        switch end {
        case .allEpochs: members.append(("reason", JSON.quoted("allEpochs")))
        case .stoppedEarly(let bestEpoch):
            members += [("reason", JSON.quoted("stoppedEarly")), ("bestEpoch", "\(bestEpoch)")]
        case .interrupted: members.append(("reason", JSON.quoted("interrupted")))
        case .failed(let message):
            members += [("reason", JSON.quoted("failed")), ("message", JSON.quoted(message))]
        }
        try write(members)
    }

    private func write(_ members: [(String, String)]) throws(LogError) { try file?.append(object(members) + "\n") }

    private func object(_ members: [(String, String)]) -> String {
        "{" + members.map { "\(JSON.quoted($0)):\($1)" }.joined(separator: ",") + "}"
    }

    private func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "null" }
}

/// How many bytes of a log are lines up to the first of a step above `stepsBefore`. A line that was cut off is none.
private func keptLines(_ bytes: [UInt8], stepsBefore: Int) -> Int {
    func start(_ end: Int) -> Int { bytes[..<end].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0 }
    var kept = start(bytes.count)
    var end = kept
    // From the end, so that a long log is not read to its beginning.
    while end > 0 {
        let first = start(end - 1)
        if case .object(let members)? = try? JSON(parsing: Array(bytes[first..<end])),
            case .number(let step)? = members["step"]
        {
            if step <= Double(stepsBefore) { break }
            kept = first
        }
        end = first
    }
    return kept
}
