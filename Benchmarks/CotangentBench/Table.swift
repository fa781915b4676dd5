import Foundation

/// The table for people: a line a row as soon as it is measured, and what it comes to.
struct Table {
    private let nameWidth: Int
    private let peerName: String?
    private static let width = 10

    init(names: [String], peerName: String?) {
        nameWidth = max(names.map(\.count).max() ?? 0, "workload".count)
        self.peerName = peerName
    }

    var header: String {
        let cells = ["min", "median", "textbook", "plain", "×textbook", "×plain", "GFLOP/s"]
        return line("workload", cells, peerName.map { [$0, "×\($0)"] }) + "  checked"
    }

    func line(_ row: Row) -> String {
        switch row.outcome {
        case .failure(let error):
            return row.name.padded(to: nameWidth) + "  error: \(error)"
        case .success(let measured):
            let ours = measured.seconds
            let cells = [
                duration(ours.min), duration(ours.median),
                duration(measured.naive.seconds) + (measured.naive.isScaled ? "*" : ""),
                duration(measured.plain.seconds) + (measured.plain.isScaled ? "*" : ""),
                ratio(measured.naive.seconds / ours.min), ratio(measured.plain.seconds / ours.min),
                measured.gflops.map { String(format: "%.1f", $0) } ?? "–",
            ]
            let peer = measured.peer.map { [duration($0.seconds.min), ratio($0.seconds.min / ours.min)] }
            return line(row.name, cells, peer) + "  yes" + (measured.isDisturbed ? " !" : "")
        }
    }

    private func line(_ name: String, _ cells: [String], _ peerCells: [String]?) -> String {
        name.padded(to: nameWidth) + (cells + (peerCells ?? [])).map { $0.aligned(to: Self.width) }.joined()
    }

    /// Geometric means, the worst rows, and the notes that the table needs.
    func summary(of rows: [Row]) -> String {
        var lines: [String] = []
        let measured = rows.compactMap { row in (try? row.outcome.get()).map { (row.name, $0) } }
        if measured.isEmpty { return "Nothing was measured." }
        let disturbed = measured.count { $1.isDisturbed }
        if disturbed > 0 {
            lines.append(
                "! \(disturbed) rows were measured while other programs took over 5 % of the machine: do not rely on\n"
                    + "  them, nor on what follows.")
        }
        func add(_ what: String, _ ratios: [(name: String, ratio: Double)]) {
            guard let worst = ratios.min(by: { $0.ratio < $1.ratio }) else { return }
            let mean = exp(ratios.reduce(0) { $0 + log($1.ratio) } / Double(ratios.count))
            lines.append(
                "times as fast as \(what): geometric mean \(ratio(mean)) over \(ratios.count) rows, "
                    + "worst \(worst.name) \(ratio(worst.ratio))")
        }
        add("the textbook's loops", measured.map { ($0, $1.naive.seconds / $1.seconds.min) })
        add("the best plain loops", measured.map { ($0, $1.plain.seconds / $1.seconds.min) })
        if let peerName {
            let both = measured.compactMap { name, row in row.peer.map { (name, row.seconds, $0.seconds) } }
            add(peerName, both.map { ($0, $2.min / $1.min) })
            add("\(peerName), by medians", both.map { ($0, $2.median / $1.median) })
        }
        lines.append("Loops run on one thread. Ratios are of the smallest times.")
        if measured.contains(where: { $1.naive.isScaled || $1.plain.isScaled }) {
            lines.append("* timed on a part of the work, and scaled up: all of it would take too long.")
        }
        lines.append("Checked against the plain loops before timing, within:")
        for (_, row) in measured where !lines.contains("  " + row.check.tolerance) {
            lines.append("  " + row.check.tolerance)
        }
        return lines.joined(separator: "\n")
    }
}

/// Three digits and a unit.
func duration(_ seconds: Double) -> String {
    let (scaled, unit) =
        switch seconds {
        case ..<1e-6: (seconds * 1e9, "ns")
        case ..<1e-3: (seconds * 1e6, "µs")
        case ..<1: (seconds * 1e3, "ms")
        default: (seconds, "s")
        }
    return String(format: scaled < 10 ? "%.2f" : scaled < 100 ? "%.1f" : "%.0f", scaled) + " " + unit
}

func ratio(_ value: Double) -> String { String(format: value < 100 ? "%.2f" : "%.0f", value) }

extension String {
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
    func aligned(to width: Int) -> String { String(repeating: " ", count: max(1, width - count)) + self }
}
