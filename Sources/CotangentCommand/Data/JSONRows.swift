import Cotangent

/// Rows from JSON: `[{"a": 1, "b": 2}, …]`, `[[1, 2], …]`, or one object or array on each line.
struct JSONRows {
    let x: Tensor

    /// nil where the file, by its name's ending or a pipe's first character, is no JSON.
    init?(_ options: DataOptions, columns: [String]?, input: Shape) throws {
        let path = options.data
        guard path == "-" || path.hasSuffix(".json") || path.hasSuffix(".jsonl") else { return nil }
        let name = path == "-" ? "standard input" : path
        let bytes: [UInt8]
        if path == "-" {
            bytes = try StandardInput.contents()
        } else {
            do { bytes = try contents(of: path) } catch { throw Problem(description: "\(path): \(error.message).") }
        }
        guard let first = bytes.first(where: { !" \t\r\n".utf8.contains($0) }), "[{".utf8.contains(first) else {
            if path != "-" {
                throw Problem(description: "\(path) is no JSON: rows are an array or an object on each line.")
            }
            StandardInput.giveBack(bytes)
            return nil
        }
        let rows = try Self.rows(bytes, name)
        guard !rows.isEmpty else { throw Problem(description: "\(name) has no rows.") }
        let range = try options.rows?.indices(of: rows.count, in: name) ?? rows.indices
        let wanted = input.reduce(1, *)
        var values: [Float] = []
        for index in range {
            let numbers = try Self.numbers(rows[index], columns, "\(name): row \(index + 1)")
            guard numbers.count == wanted else {
                throw Problem(
                    description: "\(name): row \(index + 1) has \(numbers.count) numbers, and the model takes \(input)."
                )
            }
            values += numbers.map(Float.init)
        }
        x = Tensor(values, shape: [range.count, wanted])
    }

    private static func rows(_ bytes: [UInt8], _ name: String) throws -> [JSON] {
        let whole: JSON
        do { whole = try JSON(parsing: bytes) } catch {
            return try lines(bytes, name, Problem(description: "\(name): line \(error.line): \(error.message)."))
        }
        // An array of rows; or one row.
        guard case .array(let rows) = whole else { return [whole] }
        switch rows.first {
        case nil, .array, .object: return rows
        default: return [whole]
        }
    }

    /// A row on each line. `problem` is why the whole is no JSON, which is meant where the first line is none either.
    private static func lines(_ bytes: [UInt8], _ name: String, _ problem: Problem) throws -> [JSON] {
        var rows: [JSON] = []
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
        where !line.allSatisfy({ " \t\r".utf8.contains($0) }) {
            do { rows.append(try JSON(parsing: Array(line))) } catch {
                throw rows.isEmpty ? problem : Problem(description: "\(name): line \(index + 1): \(error.message).")
            }
        }
        return rows
    }

    private static func numbers(_ row: JSON, _ columns: [String]?, _ place: String) throws -> [Double] {
        func number(_ value: JSON, _ what: String) throws -> Double {
            guard case .number(let number) = value else {
                throw Problem(description: "\(place): \(what) is \(value.kind), not a number.")
            }
            return number
        }
        if case .array(let items) = row {
            // A picture may be nested as its shape is.
            return try items.flatMap { item in
                if case .array = item { try numbers(item, nil, place) } else { [try number(item, "an element")] }
            }
        }
        guard case .object(let members) = row, let columns else {
            let wanted = columns == nil ? "an array of numbers" : "an object or an array of numbers"
            throw Problem(description: "\(place) is not \(wanted), which the model takes.")
        }
        return try columns.map { column in
            guard let value = members[column] else {
                throw Problem(
                    description: "\(place) has no '\(column)'. The model takes \(columns.joined(separator: ", ")).")
            }
            return try number(value, "'\(column)'")
        }
    }
}
