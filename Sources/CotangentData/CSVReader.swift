/// Reads a table in one pass over the bytes.
struct CSVReader {
    struct Table {
        var names: [String] = []
        var numbers: [Double] = []
        var texts: [Int: [String]] = [:]
        var rows = 0
    }

    private let bytes: [UInt8]
    private let file: String
    private let separator: UInt8
    private let missing: Double?
    private var position = 0
    private var line = 1

    init(_ bytes: [UInt8], _ file: String, _ separator: UInt8, _ missing: Double?) {
        self.bytes = bytes
        self.file = file
        self.separator = separator
        self.missing = missing
    }

    mutating func read(_ header: CSV.Header, _ textColumns: Set<String>) throws(CSVError) -> Table {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        skipBlankLines()
        guard position < bytes.count else {
            throw error(.empty, nil, nil, "the file is empty: at least one line of numbers is wanted")
        }
        var table = Table()
        let start = (position, line)
        let first = try record()
        table.names = first.indices.map { "\($0)" }
        if header == .present || header == .detected && looksLikeNames(first, textColumns) {
            table.names = first
            try checkNames(first, start.1)
        } else {
            (position, line) = start
        }
        var isText = [Bool](repeating: false, count: table.names.count)
        for name in textColumns.sorted() {
            guard let index = table.names.firstIndex(of: name) else {
                throw error(.missingColumn, nil, nil, "there is no column '\(name)'; there are \(listed(table.names))")
            }
            isText[index] = true
            table.texts[index] = []
        }
        table.numbers.reserveCapacity(bytes.count / 6)
        while true {
            skipBlankLines()
            if position >= bytes.count { break }
            try readRow(&table, isText)
        }
        guard table.rows > 0 else {
            throw error(.empty, nil, nil, "there is a header and no line of numbers behind it")
        }
        return table
    }

    private func looksLikeNames(_ fields: [String], _ textColumns: Set<String>) -> Bool {
        fields.enumerated().contains { index, field in
            let trimmed = Self.trimmed(Array(field.utf8)[...])
            return !textColumns.contains("\(index)") && !trimmed.isEmpty && parseDecimal(trimmed) == nil
        }
    }

    private func checkNames(_ names: [String], _ line: Int) throws(CSVError) {
        var seen: [String: Int] = [:]
        for (index, name) in names.enumerated() {
            if let before = seen.updateValue(index, forKey: name) {
                throw error(
                    .duplicateColumn, line, index,
                    "the name '\(name)' is column \(before + 1)'s already: rename one of them")
            }
        }
    }

    // MARK: Rows

    private mutating func readRow(_ table: inout Table, _ isText: [Bool]) throws(CSVError) {
        let count = table.names.count
        let start = line
        var column = 0
        while true {
            let at = line
            let field = try nextField(column)
            if column < count {
                if isText[column] {
                    table.texts[column]!.append(text(field))
                    table.numbers.append(.nan)
                } else {
                    table.numbers.append(try number(field, at, column, table.names))
                }
            }
            column += 1
            if field.endsLine { break }
        }
        guard column == count else {
            throw error(
                .fieldCount, start, nil,
                "the line has \(column) field\(column == 1 ? "" : "s"), the first line \(count): each line must have as many (is '\(Character(UnicodeScalar(separator)))' the separator?)"
            )
        }
        table.rows += 1
    }

    private mutating func record() throws(CSVError) -> [String] {
        var fields: [String] = []
        while true {
            let field = try nextField(fields.count)
            fields.append(text(field))
            if field.endsLine { return fields }
        }
    }

    // MARK: Fields

    private struct Field {
        let bytes: Range<Int>
        /// Quoted, with a doubled quote inside.
        let isEscaped: Bool
        let isQuoted: Bool
        let endsLine: Bool
    }

    /// The field that begins here; goes on behind its separator or line's end.
    @inline(__always)
    private mutating func nextField(_ column: Int) throws(CSVError) -> Field {
        let start = position
        if start < bytes.count, bytes[start] == UInt8(ascii: "\"") { return try quotedField(column) }
        let end = bytes.withUnsafeBufferPointer { bytes in
            var index = start
            while index < bytes.count {
                let byte = bytes[index]
                if byte == separator || byte == 0x0A || byte == 0x0D { break }
                index += 1
            }
            return index
        }
        return Field(bytes: start..<end, isEscaped: false, isQuoted: false, endsLine: pass(end))
    }

    private mutating func quotedField(_ column: Int) throws(CSVError) -> Field {
        let opened = line
        let start = position + 1
        var index = start
        var isEscaped = false
        while true {
            guard index < bytes.count else {
                throw error(
                    .unterminatedQuote, opened, column,
                    "a quote is opened here and never closed: add the closing one, or double a quote that belongs to the text"
                )
            }
            if bytes[index] == UInt8(ascii: "\"") {
                guard index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "\"") else { break }
                isEscaped = true
                index += 1
            } else if bytes[index] == 0x0A
                || bytes[index] == 0x0D && !(index + 1 < bytes.count && bytes[index + 1] == 0x0A)
            {
                line += 1
            }
            index += 1
        }
        var end = index + 1
        while end < bytes.count, bytes[end] == 0x20, separator != 0x20 { end += 1 }
        if end < bytes.count, bytes[end] != separator, bytes[end] != 0x0A, bytes[end] != 0x0D {
            throw error(
                .textAfterQuote, line, column,
                "'\(excerpt(end..<min(end + 20, bytes.count)))' follows a closing quote: only a separator or the line's end may"
            )
        }
        return Field(bytes: start..<index, isEscaped: isEscaped, isQuoted: true, endsLine: pass(end))
    }

    /// Goes on behind a field that ends at `end`; whether its line ends there too.
    @inline(__always)
    private mutating func pass(_ end: Int) -> Bool {
        position = end + 1
        guard end < bytes.count else {
            position = bytes.count
            return true
        }
        if bytes[end] == separator { return false }
        if bytes[end] == 0x0D, end + 1 < bytes.count, bytes[end + 1] == 0x0A { position = end + 2 }
        line += 1
        return true
    }

    private mutating func skipBlankLines() {
        while position < bytes.count, bytes[position] == 0x0A || bytes[position] == 0x0D { _ = pass(position) }
    }

    // MARK: Values

    private func text(_ field: Field) -> String {
        let text = String(decoding: field.bytes.isEmpty ? [] : bytes[field.bytes], as: UTF8.self)
        if !field.isQuoted { return String(decoding: Self.trimmed(Array(text.utf8)[...]), as: UTF8.self) }
        guard field.isEscaped else { return text }
        var result = ""
        var isSecond = false
        for character in text.unicodeScalars {
            isSecond = character == "\"" && !isSecond
            if !isSecond { result.unicodeScalars.append(character) }
        }
        return result
    }

    @inline(__always)
    private func number(_ field: Field, _ line: Int, _ column: Int, _ names: [String]) throws(CSVError) -> Double {
        if let value = parseDecimal(bytes, field.bytes) { return value }
        return try unusualNumber(field, line, column, names)
    }

    @inline(never)
    private func unusualNumber(_ field: Field, _ line: Int, _ column: Int, _ names: [String]) throws(CSVError) -> Double
    {
        let trimmed = Self.trimmed(Array(text(field).utf8)[...])
        if trimmed.isEmpty {
            if let missing { return missing }
            throw error(
                .notANumber, line, column,
                "the field of column '\(names[column])' is empty: fill it in, or say by `missing:` what stands for it")
        }
        if let value = parseDecimal(trimmed) { return value }
        throw error(
            .notANumber, line, column,
            "column '\(names[column])' has '\(String(String(decoding: trimmed, as: UTF8.self).prefix(40)))', which is not a number: correct it, or name the column in `textColumns:`"
        )
    }

    private static func trimmed(_ field: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        guard let first = field.firstIndex(where: { !isSpace($0) }), let last = field.lastIndex(where: { !isSpace($0) })
        else {
            return []
        }
        return field[first...last]
    }

    private func excerpt(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    private func error(_ reason: CSVError.Reason, _ line: Int?, _ column: Int?, _ message: String) -> CSVError {
        CSVError(reason: reason, file: file, line: line, column: column.map { $0 + 1 }, message: message)
    }
}
