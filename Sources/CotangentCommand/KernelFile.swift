import Cotangent
import Foundation

/// A kernel as text: a row on each line, numbers and fractions divided by spaces or commas, comments after #.
enum KernelFile {
    static func read(_ path: String) throws -> Tensor {
        let data: Data
        do { data = try Data(contentsOf: URL(filePath: path)) } catch {
            throw Problem(description: "\(path): the kernel file cannot be read. Check the path and its permissions.")
        }
        return try parse(String(decoding: data, as: UTF8.self), path)
    }

    private static func parse(_ text: String, _ path: String) throws -> Tensor {
        var rows: [[Float]] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            func problem(_ message: String) -> Problem { Problem(description: "\(path):\(index + 1): \(message)") }
            let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" || $0 == "," }
            if words.isEmpty { continue }
            let row = try words.map { word in
                guard let value = number(word) else {
                    throw problem("'\(word.prefix(40))' is no number. Write numbers such as -1, 0.25 or 1/9.")
                }
                return value
            }
            if let first = rows.first, row.count != first.count {
                throw problem(
                    "the row has \(row.count) numbers, the first one \(first.count). Write as many in every row.")
            }
            rows.append(row)
        }
        guard let first = rows.first else {
            throw Problem(description: "\(path): the kernel file holds no numbers. Write a row of them on each line.")
        }
        guard Swift.max(rows.count, first.count) <= KernelParameters.largestSize else {
            throw Problem(
                description:
                    "\(path): the kernel has \(rows.count) × \(first.count) numbers; at most \(KernelParameters.largestSize) a side are taken."
            )
        }
        return Tensor(rows: rows)
    }

    private static func number(_ word: Substring) -> Float? {
        let parts = word.split(separator: "/", omittingEmptySubsequences: false).map { Double($0) }
        guard let first = parts[0], parts.count <= 2 else { return nil }
        var value = first
        if parts.count == 2 {
            guard let divisor = parts[1] else { return nil }
            value /= divisor
        }
        let single = Float(value)
        return single.isFinite ? single : nil
    }
}
