/// Reads a table in one pass over the bytes, a block of rows at a time.
///
/// Numbers that end with their separator are read where they stand; all other fields, quoted, missing and wrong ones,
/// take the way over ``CSVField``. A row whose end is not in memory yet is read again from its start when it is.
final class CSVReader {
    let file: String
    let names: [String]
    private(set) var isText: [Bool]
    /// The texts of each text column, which the numbers in the blocks count.
    private var texts: [TextCodes]
    /// Whether a text was found where columns of texts are to be found out.
    private(set) var foundText = false
    /// By column the first empty field: an error, unless its column turns out to be one of texts.
    private var firstEmpty: [Int: CSVError] = [:]
    /// Rows that were left out for a missing value.
    private(set) var droppedCount = 0

    private let window: ByteWindow
    private let separator: UInt8
    private let missing: CSV.MissingValues.Treatment
    private let missingTexts: MissingTexts
    private let detectsTexts: Bool
    private let start: (offset: Int, line: Int)
    private var line: Int

    /// Reads the first line.
    init(
        _ window: ByteWindow, _ file: String, _ header: CSV.Header, _ separator: UInt8, _ missing: CSV.MissingValues,
        _ textColumns: CSV.TextColumns
    ) throws(CSVError) {
        self.file = file
        self.window = window
        self.separator = separator
        self.missing = missing.treatment
        missingTexts = MissingTexts(missing)
        if case .detected = textColumns { detectsTexts = true } else { detectsTexts = false }
        let first = try CSVFirstLine(window, file, header, separator, missingTexts, textColumns.names)
        names = first.names
        for name in textColumns.names.sorted() where !first.names.contains(name) {
            throw CSVError(
                reason: .missingColumn, file: file, line: nil, column: nil,
                message: "there is no column '\(name)'; there are \(listed(first.names))")
        }
        isText = first.names.map { textColumns.names.contains($0) }
        texts = first.names.map { _ in TextCodes() }
        start = (first.offset, first.line)
        line = first.line
        window.use(upTo: window.start + start.offset)
    }

    /// Goes back to the first row, with the text columns that were found.
    func rewind() throws(CSVError) {
        guard window.rewind() else {
            throw error(
                .unreadableFile, nil, nil,
                "columns of text are found by reading twice, and this can be read once only, as a pipe is: name them in `textColumns:`"
            )
        }
        while window.end - window.start < start.offset && !window.isLast { try readMore() }
        window.use(upTo: window.start + start.offset)
        line = start.line
        texts = names.map { _ in TextCodes() }
        foundText = false
        firstEmpty = [:]
        droppedCount = 0
    }

    /// The next rows, `rows` at most or as many as a block has; nil where there are none.
    func block(rows: Int = .max) throws(CSVError) -> NumberBlock? {
        let block = NumberBlock.suitable(columns: names.count, rows: rows, fileSize: window.size)
        while true {
            try scan(into: block)
            if block.rows == block.capacity || window.isLast { return block.rows > 0 ? block : nil }
            try readMore()
        }
    }

    /// Counts texts from 0 again.
    func forgetTexts() { for column in texts.indices { texts[column] = TextCodes() } }

    /// The texts of each text column.
    var textsByColumn: [Int: [String]] {
        Dictionary(uniqueKeysWithValues: isText.indices.filter { isText[$0] }.map { ($0, texts[$0].texts) })
    }

    private func readMore() throws(CSVError) {
        do { try window.readMore() } catch { throw .unreadable(file, error) }
    }

    /// Reads the rows that are in memory as a whole.
    private func scan(into block: NumberBlock) throws(CSVError) {
        let (end, isLast, separator) = (window.end, window.isLast, separator)
        let takesNumbers = !missingTexts.includesNumbers
        let last = names.count - 1
        var place = window.start
        while block.rows < block.capacity {
            guard skipBlankLines(&place, end, isLast) else { return }
            let row = block.row(block.rows)
            var isDropped = false
            var column = 0
            var lineNow = line
            var next = place
            while true {
                if takesNumbers, column <= last, !isText[column],
                    let value = plainNumber(&next, end, separator, endsLine: column == last)
                {
                    row[column] = value
                    column += 1
                    if column <= last { continue }
                    lineNow += 1
                    break
                }
                guard
                    let field = try CSVField(
                        next, end, isLast, separator, line: lineNow, column: column, of: file)
                else { return }
                if column <= last { row[column] = try value(field, lineNow, column, &isDropped) }
                lineNow = field.lineBehind
                next = field.next
                column += 1
                if field.endsLine {
                    guard column == last + 1 else { throw fieldCount(column) }
                    break
                }
            }
            line = lineNow
            place = next
            window.use(upTo: place)
            if isDropped { droppedCount += 1 } else { block.rows += 1 }
        }
    }

    /// A number and the separator or line's end behind it, which `place` moves behind; nil where anything else is there,
    /// or the end is not in memory.
    @inline(__always)
    private func plainNumber(
        _ place: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ separator: UInt8, endsLine: Bool
    ) -> Double? {
        var next = place
        if separator != 0x20 { while next < end, next.pointee == 0x20 { next += 1 } }
        guard let value = scanDecimal(&next, end) else { return nil }
        if separator != 0x20 { while next < end, next.pointee == 0x20 { next += 1 } }
        if endsLine, next + 1 < end, next.pointee == 0x0D { next += 1 }
        guard next < end, next.pointee == (endsLine ? 0x0A : separator) else { return nil }
        place = next + 1
        return value
    }

    /// False where the bytes are used up.
    @inline(__always)
    private func skipBlankLines(
        _ place: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ isLast: Bool
    ) -> Bool {
        while place < end, place.pointee == 0x0A || place.pointee == 0x0D {
            // Whether a line feed follows is not known yet.
            if place.pointee == 0x0D, place + 1 == end, !isLast { return false }
            place += place.pointee == 0x0D && place + 1 < end && place[1] == 0x0A ? 2 : 1
            line += 1
            window.use(upTo: place)
        }
        return place < end
    }

    // MARK: Values

    @inline(never)
    private func value(
        _ field: CSVField, _ line: Int, _ column: Int, _ isDropped: inout Bool
    ) throws(CSVError) -> Double {
        try field.withBytes { text throws(CSVError) in
            let bytes = trimmed(text)
            let isMissing = missingTexts.contains(bytes)
            if isMissing, missing == .dropped { isDropped = true }
            if isText[column] { return Double(texts[column].code(text)) }
            if isMissing { if case .value(let value) = missing { return value } else { return .nan } }
            if let value = parseDecimal(bytes) { return value }
            let problem = error(.notANumber, line, column, notANumber(bytes, names[column]))
            guard detectsTexts else { throw problem }
            if bytes.isEmpty {
                if firstEmpty[column] == nil { firstEmpty[column] = problem }
            } else {
                isText[column] = true
                foundText = true
            }
            return .nan
        }
    }

    /// Throws where a field was empty in a column that holds numbers.
    func checkEmptyFields() throws(CSVError) {
        if let column = firstEmpty.keys.filter({ !isText[$0] }).min() { throw firstEmpty[column]! }
    }

    private func notANumber(_ bytes: UnsafeBufferPointer<UInt8>, _ name: String) -> String {
        if bytes.isEmpty {
            return "the field of column '\(name)' is empty: fill it in, or say by `missing:` what stands for it"
        }
        let shown = String(decoding: bytes.prefix(200), as: UTF8.self).prefix(40)
        return
            "column '\(name)' has '\(shown)', which is not a number: correct it, or name the column in `textColumns:`"
    }

    // MARK: Errors

    private func fieldCount(_ count: Int) -> CSVError {
        error(
            .fieldCount, line, nil,
            "the line has \(count) field\(count == 1 ? "" : "s"), the first line \(names.count): each line must have as many (is '\(Character(UnicodeScalar(separator)))' the separator?)"
        )
    }

    private func error(_ reason: CSVError.Reason, _ line: Int?, _ column: Int?, _ message: String) -> CSVError {
        CSVError(reason: reason, file: file, line: line, column: column.map { $0 + 1 }, message: message)
    }
}

/// The different texts of a column, numbered as they come.
struct TextCodes: Sendable {
    private(set) var texts: [String] = []
    private var codes: [String: Int] = [:]

    mutating func code(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        let text = String(decoding: bytes, as: UTF8.self)
        if let code = codes[text] { return code }
        codes[text] = texts.count
        texts.append(text)
        return texts.count - 1
    }
}
