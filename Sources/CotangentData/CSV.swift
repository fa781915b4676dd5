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
/// float64; `nan`, `inf` and `infinity` are numbers.
public struct CSV: Sendable {
    /// Whether the first line names the columns.
    public enum Header: Sendable {
        case present, absent
        /// It does where any of its fields is neither a number nor empty, unless that is a text column's.
        case detected
    }

    /// The columns' names. Without a header they are "0", "1", …
    public let columnNames: [String]
    public let rowCount: Int
    public var columnCount: Int { columnNames.count }

    private let file: String
    /// [rowCount, columnCount], with NaN in text columns.
    private let numbers: [Double]
    private let texts: [Int: [String]]

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - separator: an ASCII character: `;` and a tab are common as well.
    ///   - missing: the number that an empty field stands for, NaN say; without one, an empty field throws.
    ///   - textColumns: names of columns that hold words instead of numbers: see ``categories(_:)``.
    /// - Throws: ``CSVError``, with the line and the column.
    public init(
        path: String, header: Header = .detected, separator: Character = ",", missing: Double? = nil,
        textColumns: Set<String> = []
    ) throws(CSVError) {
        let bytes: [UInt8]
        do { bytes = try contents(of: path) } catch {
            throw CSVError(reason: .unreadableFile, file: path, line: nil, column: nil, message: error.message)
        }
        self = try CSV(
            parsing: bytes, name: path, header: header, separator: separator, missing: missing,
            textColumns: textColumns)
    }

    /// Reads text.
    public init(
        parsing text: String, name: String = "CSV", header: Header = .detected, separator: Character = ",",
        missing: Double? = nil, textColumns: Set<String> = []
    ) throws(CSVError) {
        self = try CSV(
            parsing: Array(text.utf8), name: name, header: header, separator: separator, missing: missing,
            textColumns: textColumns)
    }

    /// Reads bytes, which are UTF-8 where they are not ASCII. `name` stands for the file in errors.
    public init(
        parsing bytes: [UInt8], name: String = "CSV", header: Header = .detected, separator: Character = ",",
        missing: Double? = nil, textColumns: Set<String> = []
    ) throws(CSVError) {
        guard let separator = separator.asciiValue, separator != 0x22, separator != 0x0A, separator != 0x0D else {
            fail("CSV", "the separator '\(separator)' must be an ASCII character other than a quote and a line's end")
        }
        var reader = CSVReader(bytes, name, separator, missing)
        let table = try reader.read(header, textColumns)
        file = name
        columnNames = table.names
        numbers = table.numbers
        texts = table.texts
        rowCount = table.rows
    }
}

extension CSV {
    /// All columns, [rows, columns]. Text columns trap.
    public func tensor(dtype: DType = .float32) -> Tensor {
        if let text = texts.keys.min() {
            fail("CSV", "column '\(columnNames[text])' holds text: leave it out with tensor(excluding:)")
        }
        return Tensor(numbers, shape: [rowCount, columnCount]).cast(to: dtype)
    }

    /// The columns called `names`, in that order: [rows, names].
    ///
    /// - Throws: ``CSVError`` where one does not exist or holds text.
    public func tensor(columns names: [String], dtype: DType = .float32) throws(CSVError) -> Tensor {
        var indices: [Int] = []
        for name in names { indices.append(try numericIndex(name)) }
        return picked(indices, dtype)
    }

    /// All columns but those called `names`: [rows, the rest].
    public func tensor(excluding names: Set<String>, dtype: DType = .float32) throws(CSVError) -> Tensor {
        for name in names.sorted() { _ = try index(name) }
        return try tensor(columns: columnNames.filter { !names.contains($0) }, dtype: dtype)
    }

    /// One column: [rows].
    public func tensor(column name: String, dtype: DType = .float32) throws(CSVError) -> Tensor {
        picked([try numericIndex(name)], dtype).reshaped([rowCount])
    }

    /// One column of integers, as class labels: int64 [rows].
    ///
    /// - Throws: ``CSVError`` where the column does not exist or a value is not an integer.
    public func labels(_ name: String) throws(CSVError) -> Tensor {
        let column = try numericIndex(name)
        var labels: [Int] = []
        labels.reserveCapacity(rowCount)
        for row in 0..<rowCount {
            let value = numbers[row * columnCount + column]
            guard let label = Int(exactly: value) else {
                throw error(
                    .notAnInteger, column: column,
                    "row \(row + 1) of column '\(name)' is \(value), and a label is an integer: take tensor(column:) for measurements"
                )
            }
            labels.append(label)
        }
        return Tensor(labels)
    }

    /// A text column as class labels: int64 [rows], which count the different texts in alphabetical order, and these.
    ///
    /// - Throws: ``CSVError`` where there is no such text column.
    public func categories(_ name: String) throws(CSVError) -> (labels: Tensor, names: [String]) {
        let column = try index(name)
        guard let texts = texts[column] else {
            throw error(
                .missingColumn, column: column,
                "column '\(name)' holds numbers: name it in textColumns, or take labels(_:)")
        }
        let names = Set(texts).sorted()
        let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        return (Tensor(texts.map { places[$0]! }), names)
    }

    private func picked(_ columns: [Int], _ dtype: DType) -> Tensor {
        var values: [Double] = []
        values.reserveCapacity(rowCount * columns.count)
        for row in 0..<rowCount {
            for column in columns { values.append(numbers[row * columnCount + column]) }
        }
        return Tensor(values, shape: [rowCount, columns.count]).cast(to: dtype)
    }

    private func numericIndex(_ name: String) throws(CSVError) -> Int {
        let index = try index(name)
        if texts[index] != nil {
            throw error(.notANumber, column: index, "column '\(name)' holds text: take categories(_:), or leave it out")
        }
        return index
    }

    private func index(_ name: String) throws(CSVError) -> Int {
        guard let index = columnNames.firstIndex(of: name) else {
            throw error(.missingColumn, column: nil, "there is no column '\(name)'; there are \(listed(columnNames))")
        }
        return index
    }

    private func error(_ reason: CSVError.Reason, column: Int?, _ message: String) -> CSVError {
        CSVError(reason: reason, file: file, line: nil, column: column.map { $0 + 1 }, message: message)
    }
}

/// Names in quotes; of many, the first ones.
func listed(_ names: [String]) -> String {
    let shown = names.prefix(20).map { "'\($0)'" }.joined(separator: ", ")
    return names.count > 20 ? "\(shown) and \(names.count - 20) more" : shown
}
