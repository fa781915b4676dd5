/// The line that is drawn anew while an epoch runs.
struct ProgressLine {
    var epoch: Int
    var epochs: Int
    /// Within the epoch.
    var step: Int
    /// Of the epoch; nil where nobody knows.
    var steps: Int?
    var loss: Double
    /// Samples a second.
    var rate: Double
    /// Until the run's end; nil where nobody knows.
    var secondsLeft: Double?
    var isValidating = false

    private static let green = "\u{1B}[32m"
    private static let plain = "\u{1B}[0m"
    private static let widest = 40

    /// The line, at most `width` columns wide: the narrower, the less of it.
    func text(width: Int, isUnicode: Bool, hasColor: Bool) -> String {
        let head = "\(aligned(epoch, epochs))/\(epochs)"
        let count = steps.map { "\(aligned(step, $0))/\($0)" } ?? "step \(step)"
        let left = isValidating ? "validating" : secondsLeft.map { "\(roughDuration($0)) left" }
        let short = isValidating ? "validating" : secondsLeft.map(roughDuration)
        let loss = "loss \(figure(loss))"
        let speed = CotangentTraining.rate(rate)
        // From all of it to the least: the narrowest bar, and what stands before and behind it.
        let forms: [(bar: Int?, before: String, behind: [String?])] = [
            (10, "Epoch \(head)", [count, loss, "\(speed) samples/s", left]),
            (10, "Epoch \(head)", [count, loss, "\(speed)/s", left]),
            (10, "Epoch \(head)", [count, loss, left]),
            (5, head, [count, loss, short]),
            (nil, head, [count, loss, short]),
            (nil, head, [count, loss]),
        ]
        var line = ""
        for form in forms {
            let behind = form.behind.compactMap(\.self).joined(separator: "  ")
            line = "\(form.before)  \(behind)"
            guard let narrowest = form.bar, let steps, steps > 0 else {
                if line.count <= width { return line }
                continue
            }
            let cells = Swift.min(width - line.count - 4, Self.widest)
            if cells < narrowest { continue }
            let bar = isUnicode ? Self.blocks(step, of: steps, cells) : Self.signs(step, of: steps, cells)
            let colored = hasColor ? Self.green + bar + Self.plain : bar
            let (open, close) = isUnicode ? ("│", "│") : ("[", "]")
            return "\(form.before)  \(open)\(colored)\(close)  \(behind)"
        }
        return String(line.prefix(Swift.max(width, 0)))
    }

    /// Eighths of a column: "███▍  ".
    private static func blocks(_ step: Int, of steps: Int, _ cells: Int) -> String {
        let eighths = Swift.min(step, steps) * cells * 8 / steps
        let partial = [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
        let bar = String(repeating: "█", count: eighths / 8) + (eighths / 8 < cells ? partial : "")
        return bar + String(repeating: " ", count: cells - bar.count)
    }

    /// "===>  "
    private static func signs(_ step: Int, of steps: Int, _ cells: Int) -> String {
        let full = Swift.min(step, steps) * cells / steps
        let bar = String(repeating: "=", count: full) + (full < cells ? ">" : "")
        return bar + String(repeating: " ", count: cells - bar.count)
    }
}
