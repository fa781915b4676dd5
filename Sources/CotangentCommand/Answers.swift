import Cotangent

/// A model's answers, row by row, in the formats that `cotangent predict` writes.
struct Answers {
    private enum Cell {
        case word(String)
        case number(Double)
    }

    private let header: [String]
    private let rows: [[Cell]]

    init(_ outputs: Tensor, _ objective: Objective, probabilities all: Bool) {
        switch objective {
        case .regression(let targets):
            header = targets
            rows = Self.rows(outputs).map { $0.map(Cell.number) }
        case .classification(let classes, let target):
            let likely = softmax(outputs, axis: -1)
            header = [target] + (all ? classes.map { "probability of \($0)" } : ["probability"])
            rows = zip(argmax(outputs, axis: -1).ints, Self.rows(likely)).map { best, row in
                [.word(classes[best])] + (all ? row : [row[best]]).map(Cell.number)
            }
        }
    }

    private static func rows(_ x: Tensor) -> [[Double]] {
        let (numbers, width) = (x.doubles, x.shape[1])
        return (0..<x.shape[0]).map { Array(numbers[$0 * width..<($0 + 1) * width]) }
    }

    var csv: String {
        ([header.map(quoted)] + rows.map { $0.map { text($0, word: quoted) } })
            .map { $0.joined(separator: ",") + "\n" }.joined()
    }

    var jsonLines: String { objects.map { $0 + "\n" }.joined() }
    var json: String { "[\n" + objects.map { "  \($0)" }.joined(separator: ",\n") + "\n]" }

    private var objects: [String] {
        rows.map { row in
            let members = zip(header, row).map { name, cell in "\(JSON.quoted(name)): \(text(cell, word: JSON.quoted))"
            }
            return "{\(members.joined(separator: ", "))}"
        }
    }

    private func text(_ cell: Cell, word: (String) -> String) -> String {
        switch cell {
        case .word(let text): word(text)
        // The shortest that is the same float32; JSON has no NaN.
        case .number(let number): number.isFinite ? "\(Float(number))" : "null"
        }
    }

    /// RFC 4180.
    private func quoted(_ text: String) -> String {
        text.contains { ",\"\n\r".contains($0) } ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
    }
}
