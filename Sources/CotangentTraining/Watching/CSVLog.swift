/// Writes a table of a run's epochs: a CSV file (RFC 4180) with a row an epoch.
///
/// ```swift
/// trainer.callbacks.append(CSVLog(path: "training.csv"))
/// ```
/// ```
/// epoch,step,learning rate,seconds,best,loss,accuracy,validation loss,validation accuracy
/// 1,120,0.001,4.21,1,0.821,0.7731,0.5127,0.8583
/// ```
///
/// The columns are the figures that the run announces, those of validation with "validation" in front; `best` is 1
/// where the figure that is watched was the best so far. Numbers are written so that they are read back exactly, with
/// `nan`, `inf` and `-inf`; a figure that was not taken leaves its field empty. Lines end with CR and LF, and each is
/// in the file when the call is over.
///
/// A fresh run starts the file anew. A resumed one goes on behind the rows of the steps before it; rows of later steps,
/// which it takes again, are cut off.
///
/// - Throws: from its calls ``LogError``, which names the file; the run then ends. A file whose columns are others than a
///   resumed run's is left as it is.
public final class CSVLog: TrainingCallback {
    private let path: String
    private var file: AppendedFile?

    public init(path: String) { self.path = path }

    public func trainingBegan(_ run: TrainingRun) throws {
        let header = line(
            ["epoch", "step", "learning rate", "seconds", "best"] + trainingNames(run)
                + run.validationNames.map { "validation \($0)" })
        if file != nil { return }
        let path = path
        let file = try AppendedFile(path: path) { bytes throws(LogError) in
            if run.stepsBefore == 0 { return 0 }
            return try keptRows(bytes, Array(header.utf8), stepsBefore: run.stepsBefore, path)
        }
        if file.isEmpty { try file.append(header) }
        self.file = file
    }

    public func epochEnded(_ epoch: EpochReport, of run: TrainingRun) throws {
        func fields(_ names: [String], _ values: [NamedValue]) -> [String] {
            names.map { name in values.first { $0.name == name }.map { "\($0.value)" } ?? "" }
        }
        try file?.append(
            line(
                ["\(epoch.epoch)", "\(epoch.step)", "\(epoch.learningRate)", "\(epoch.seconds)"]
                    + [epoch.isBest ? "1" : "0"] + fields(trainingNames(run), epoch.training)
                    + fields(run.validationNames, epoch.validation)))
    }

    private func trainingNames(_ run: TrainingRun) -> [String] { ["loss"] + run.metricNames }

    private func line(_ fields: [String]) -> String { fields.map(quoted).joined(separator: ",") + "\r\n" }

    private func quoted(_ field: String) -> String {
        guard field.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return field }
        // By scalars: Swift takes CR and LF for one character.
        var text = "\""
        for scalar in field.unicodeScalars {
            if scalar == "\"" { text.append("\"") }
            text.unicodeScalars.append(scalar)
        }
        return text + "\""
    }
}

/// How many bytes of a table belong to steps up to `stepsBefore`. A row that was cut off is none.
private func keptRows(_ bytes: [UInt8], _ header: [UInt8], stepsBefore: Int, _ path: String) throws(LogError) -> Int {
    guard bytes.starts(with: header) else {
        // Cut off within the header: nothing is lost.
        if header.starts(with: bytes) { return 0 }
        let found = String(decoding: bytes.prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
        let wanted = String(decoding: header.dropLast(2), as: UTF8.self)
        throw LogError(
            .otherColumns, file: path,
            "the file has the columns \(found.prefix(200)), and the run that goes on has \(wanted.prefix(200)): move the file away, or log to another one"
        )
    }
    var kept = header.count
    // Rows hold numbers alone, so that nothing is quoted.
    while let end = bytes[kept...].firstIndex(of: 0x0A) {
        let fields = bytes[kept..<end].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard fields.count > 1, let step = Int(String(decoding: fields[1], as: UTF8.self)), step <= stepsBefore else {
            break
        }
        kept = end + 1
    }
    return kept
}
