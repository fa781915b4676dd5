import Cotangent
import Foundation

/// Rows from JSON: `[{"a": 1, "b": 2}, …]`, `[[1, 2], …]`, or one object or array on each line.
struct JSONRows {
    let x: Tensor

    /// nil where the file, by its first character, is no JSON.
    init?(_ options: DataOptions, columns: [String]?, input: Shape) throws {
        let path = options.data
        guard path == "-" || path.hasSuffix(".json") || path.hasSuffix(".jsonl") else { return nil }
        let bytes: [UInt8]
        if path == "-" {
            bytes = try StandardInput.contents()
        } else {
            do { bytes = Array(try Data(contentsOf: URL(filePath: path))) } catch {
                throw Problem(description: "\(path): the file cannot be read. Check the path and its permissions.")
            }
        }
        guard let first = bytes.first(where: { !" \t\r\n".utf8.contains($0) }), "[{".utf8.contains(first) else {
            if path != "-" {
                throw Problem(description: "\(path) is no JSON: rows are an array or an object on each line.")
            }
            StandardInput.giveBack(bytes)
            return nil
        }
        let name = path == "-" ? "standard input" : path
        let rows = try Self.rows(bytes, name)
        var numbers: [Float] = []
        for (index, row) in rows.enumerated() {
            numbers += try Self.numbers(row, columns, "\(name): row \(index + 1)").map(Float.init)
            guard numbers.count == (index + 1) * input.reduce(1, *) else {
                throw Problem(
                    description:
                        "\(name): row \(index + 1) has \(numbers.count - index * input.reduce(1, *)) numbers, and the model takes \(input)."
                )
            }
        }
        guard !rows.isEmpty else { throw Problem(description: "\(name) has no rows.") }
        x = Tensor(numbers, shape: [rows.count, input.reduce(1, *)])
    }

    private static func rows(_ bytes: [UInt8], _ name: String) throws -> [Any] {
        func parsed(_ bytes: some Sequence<UInt8>) throws -> Any {
            try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
        }
        if let whole = try? parsed(bytes) {
            // An array of rows; or one row.
            if let rows = whole as? [Any], rows.first is [Any] || rows.first is [String: Any] || rows.isEmpty {
                return rows
            }
            return [whole]
        }
        return try bytes.split(separator: UInt8(ascii: "\n")).enumerated().compactMap { index, line in
            if line.allSatisfy({ " \t\r".utf8.contains($0) }) { return nil }
            do { return try parsed(line) } catch {
                throw Problem(description: "\(name): line \(index + 1) is not JSON, nor is the whole.")
            }
        }
    }

    private static func numbers(_ row: Any, _ columns: [String]?, _ place: String) throws -> [Double] {
        func number(_ value: Any, _ what: String) throws -> Double {
            guard let number = value as? NSNumber, CFGetTypeIDIsNumber(number) else {
                throw Problem(description: "\(place): \(what) is no number.")
            }
            return number.doubleValue
        }
        if let items = row as? [Any] {
            // A picture may be nested as its shape is.
            return try items.flatMap { item in
                item is [Any] ? try numbers(item, nil, place) : [try number(item, "an element")]
            }
        }
        guard let object = row as? [String: Any], let columns else {
            let wanted = columns == nil ? "an array of numbers" : "an object or an array of numbers"
            throw Problem(description: "\(place) is not \(wanted), which the model takes.")
        }
        return try columns.map { column in
            guard let value = object[column] else {
                throw Problem(
                    description: "\(place) has no '\(column)'. The model takes \(columns.joined(separator: ", ")).")
            }
            return try number(value, "'\(column)'")
        }
    }
}

/// Whether it is a number and not true or false, which Foundation keeps as numbers too.
private func CFGetTypeIDIsNumber(_ number: NSNumber) -> Bool { String(cString: number.objCType) != "c" }
