/// The first line that is not blank: the columns' names, or the first row.
struct CSVFirstLine {
    private let file: String
    private(set) var names: [String] = []
    /// How many bytes and lines lie before the first row.
    private(set) var offset = 0
    private(set) var line = 1

    /// Reads it, and leaves the window where it was.
    init(
        _ window: ByteWindow, _ file: String, _ header: CSV.Header, _ separator: UInt8, _ missing: MissingTexts,
        _ textColumns: Set<String>
    ) throws(CSVError) {
        self.file = file
        var fields: [String]?
        var start = (offset: 0, line: 1)
        var behind = start
        while true {
            start = Self.start(window)
            (fields, behind) = try Self.record(window, file, separator, start)
            if fields != nil || window.isLast { break }
            do { try window.readMore() } catch { throw .unreadable(file, error) }
        }
        guard let fields else { throw .empty(file, "the file is empty: at least one line of numbers is wanted") }
        let isHeader =
            switch header {
            case .present: true
            case .absent: false
            case .detected: Self.areNames(fields, missing, textColumns)
            }
        names = isHeader ? fields : fields.indices.map { "\($0)" }
        (offset, line) = isHeader ? behind : start
        if isHeader { try checkNames(start.line) }
    }

    /// Behind a byte order mark and blank lines.
    private static func start(_ window: ByteWindow) -> (offset: Int, line: Int) {
        let bytes = UnsafeBufferPointer(start: window.start, count: window.end - window.start)
        var place = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var line = 1
        while place < bytes.count, bytes[place] == 0x0A || bytes[place] == 0x0D {
            place += bytes[place] == 0x0D && place + 1 < bytes.count && bytes[place + 1] == 0x0A ? 2 : 1
            line += 1
        }
        return (place, line)
    }

    /// The fields of a record, and where the next one starts; nil where its end is not in memory or there is none.
    private static func record(
        _ window: ByteWindow, _ file: String, _ separator: UInt8, _ start: (offset: Int, line: Int)
    ) throws(CSVError) -> ([String]?, (offset: Int, line: Int)) {
        var place = window.start + start.offset
        var line = start.line
        // Three bytes tell whether they are a byte order mark.
        guard place < window.end, place - window.start >= 3 || window.end - window.start >= 3 || window.isLast else {
            return (nil, start)
        }
        var fields: [String] = []
        while true {
            guard
                let field = try CSVField(
                    place, window.end, window.isLast, separator, line: line, column: fields.count, of: file)
            else { return (nil, start) }
            fields.append(try field.withBytes { String(decoding: $0, as: UTF8.self) })
            (place, line) = (field.next, field.lineBehind)
            if field.endsLine { return (fields, (place - window.start, line)) }
        }
    }

    private static func areNames(_ fields: [String], _ missing: MissingTexts, _ textColumns: Set<String>) -> Bool {
        fields.enumerated().contains { index, field in
            let bytes = Array(field.utf8)
            return bytes.withUnsafeBufferPointer { bytes in
                let bytes = trimmed(bytes)
                return !textColumns.contains("\(index)") && !bytes.isEmpty && !missing.contains(bytes)
                    && parseDecimal(bytes) == nil
            }
        }
    }

    private func checkNames(_ line: Int) throws(CSVError) {
        var seen: [String: Int] = [:]
        for (index, name) in names.enumerated() {
            if let before = seen.updateValue(index, forKey: name) {
                throw CSVError(
                    reason: .duplicateColumn, file: file, line: line, column: index + 1,
                    message: "the name '\(name)' is column \(before + 1)'s already: rename one of them")
            }
        }
    }
}
