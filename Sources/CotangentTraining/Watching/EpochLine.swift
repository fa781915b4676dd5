/// The lines that are kept of an epoch.
struct EpochLine {
    let report: EpochReport
    let epochs: Int

    /// One line, or in a terminal of `width` columns that is too narrow for it: one for training, one for validation,
    /// and where these are too long, more of them.
    func text(width: Int?, isUnicode: Bool, hasColor: Bool) -> String {
        let head = "Epoch \(aligned(report.epoch, epochs))/\(epochs)"
        let (training, validation) = (texts(report.training), texts(report.validation))
        let best = isUnicode ? "★ best" : "* best"
        let end = [duration(report.seconds)] + (report.isBest ? [best] : [])
        let bar = isUnicode ? "│" : "|"
        let all = training + (validation.isEmpty ? [] : [bar, "validation \(validation[0])"] + validation.dropFirst())
        var lines = [([head] + all + end).joined(separator: "  ")]
        if let width, lines[0].count > width {
            let indent = Swift.max(head.count + 2, "validation ".count)
            lines = wrapped(head, training + (validation.isEmpty ? end : []), indent, width)
            if !validation.isEmpty { lines += wrapped("validation", validation + end, indent, width) }
        }
        let text = lines.joined(separator: "\n")
        return hasColor && report.isBest ? text.replacing(best, with: "\u{1B}[32m\(best)\u{1B}[0m") : text
    }

    private func texts(_ values: [NamedValue]) -> [String] { values.map { "\($0.name) \(figure($0.value))" } }

    /// `items` behind `indent` columns, in the first of which `label` stands.
    private func wrapped(_ label: String, _ items: [String], _ indent: Int, _ width: Int) -> [String] {
        let margin = String(repeating: " ", count: indent)
        var lines: [String] = []
        var line = label + margin.dropFirst(label.count)
        var isEmpty = true
        for item in items {
            if !isEmpty, line.count + 2 + item.count > width {
                lines.append(line)
                line = margin
                isEmpty = true
            }
            line += (isEmpty ? "" : "  ") + item
            isEmpty = false
        }
        return lines + [line]
    }
}
