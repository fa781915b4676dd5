import CotangentTensor

/// A table of numbers from a CSV file (RFC 4180), whose columns are taken as tensors.
///
/// ```swift
/// let table = try CSV(path: "digits.csv")
/// let x = try table.tensor(excluding: ["label"])    // float32 [rows, columns]
/// let y = try table.labels("label")                 // int64 [rows]
/// ```
///
/// Lines end with LF, CRLF or CR, the last one with or without; blank lines and a byte order mark are skipped. Fields may
/// be quoted, with `""` for a quote inside; spaces around numbers do not matter. Numbers are rounded correctly to
/// float64; `nan`, `inf` and `infinity` are numbers. The table takes eight bytes a number, and of the file a part at a
/// time is in memory; one larger than memory is a ``CSVStream``.
public struct CSV: Sendable {
    /// The columns' names. Without a header they are "0", "1", …
    public let columnNames: [String]
    public let rowCount: Int
    public var columnCount: Int { columnNames.count }

    let file: String
    /// The rows in order; in text columns numbers count `texts`.
    let blocks: [NumberBlock]
    let texts: [Int: [String]]

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - separator: an ASCII character: `;` and a tab are common as well.
    ///   - missing: what means that there is no value, and what becomes of it; without it an empty field throws.
    ///   - textColumns: names of columns that hold words instead of numbers, or `.detected`: see ``categories(_:)``.
    /// - Throws: ``CSVError``, with the line and the column.
    public init(
        path: String, header: Header = .detected, separator: Character = ",", missing: MissingValues = .refused,
        textColumns: TextColumns = []
    ) throws(CSVError) {
        let window: ByteWindow
        do { window = try ByteWindow(path: path) } catch { throw .unreadable(path, error) }
        let reader = try CSVReader(window, path, header, Self.byte(of: separator), missing, textColumns)
        self = try CSV(reader, missing)
    }

    /// Reads text.
    public init(
        parsing text: String, name: String = "CSV", header: Header = .detected, separator: Character = ",",
        missing: MissingValues = .refused, textColumns: TextColumns = []
    ) throws(CSVError) {
        self = try CSV(
            parsing: Array(text.utf8), name: name, header: header, separator: separator, missing: missing,
            textColumns: textColumns)
    }

    /// Reads bytes, which are UTF-8 where they are not ASCII. `name` stands for the file in errors.
    public init(
        parsing bytes: [UInt8], name: String = "CSV", header: Header = .detected, separator: Character = ",",
        missing: MissingValues = .refused, textColumns: TextColumns = []
    ) throws(CSVError) {
        let window = ByteWindow(bytes)
        let reader = try CSVReader(window, name, header, Self.byte(of: separator), missing, textColumns)
        self = try CSV(reader, missing)
    }

    static func byte(of separator: Character) -> UInt8 {
        guard let byte = separator.asciiValue, !"\"\n\r.+-eE0123456789".utf8.contains(byte) else {
            fail(
                "CSV",
                "the separator '\(separator)' must be an ASCII character other than a quote, a line's end and what numbers are written with"
            )
        }
        return byte
    }

    private init(_ reader: CSVReader, _ missing: MissingValues) throws(CSVError) {
        var blocks = try Self.blocks(reader)
        if reader.foundText {
            blocks = []
            try reader.rewind()
            blocks = try Self.blocks(reader)
        }
        try reader.checkEmptyFields()
        if blocks.isEmpty {
            throw .empty(
                reader.file,
                reader.droppedCount > 0
                    ? "all \(reader.droppedCount) rows have a missing value and were left out: fill them in instead"
                    : "there is a header and no line of numbers behind it")
        }
        self.init(reader, blocks)
        if let fill = missing.fill { try fillMissing(by: fill) }
    }

    private static func blocks(_ reader: CSVReader) throws(CSVError) -> [NumberBlock] {
        var blocks: [NumberBlock] = []
        while let block = try reader.block() { blocks.append(block) }
        return blocks
    }

    /// The rows that a reader gave.
    init(_ reader: CSVReader, _ blocks: [NumberBlock]) {
        file = reader.file
        columnNames = reader.names
        rowCount = blocks.reduce(0) { $0 + $1.rows }
        self.blocks = blocks
        texts = reader.textsByColumn
    }
}
