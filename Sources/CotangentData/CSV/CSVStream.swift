import CotangentTensor

/// A CSV file that is read some rows at a time, in its order: one that is larger than memory.
///
/// ```swift
/// let stream = try CSVStream(path: "flights.csv", missing: .value(0))
/// let loader = stream.loader(batchSize: 256, shuffleBuffer: 10_000) { rows throws(CSVError) in
///     Samples(x: standardizer(try rows.tensor(excluding: ["delay"])), y: try rows.tensor(column: "delay"))
/// }
/// ```
public struct CSVStream: Sendable {
    public let path: String
    public let columnNames: [String]

    private let header: CSV.Header
    private let separator: UInt8
    private let missing: CSV.MissingValues
    private let textColumns: Set<String>

    /// Reads the file's first line. Parameters are those of ``CSV/init(path:header:separator:missing:textColumns:)``; a mean
    /// and a median of columns that have yet to be read are not there: take `.nan` and an ``Imputer``.
    ///
    /// - Throws: ``CSVError``
    public init(
        path: String, header: CSV.Header = .detected, separator: Character = ",",
        missing: CSV.MissingValues = .refused, textColumns: Set<String> = []
    ) throws(CSVError) {
        if missing.fill != nil {
            fail("CSVStream", "a stream's missing values have no mean or median: take .nan and an Imputer, or a number")
        }
        self.path = path
        self.header = header
        self.separator = CSV.byte(of: separator)
        self.missing = missing
        self.textColumns = textColumns
        columnNames = try Self.reader(path, header, self.separator, missing, textColumns).names
    }

    /// The file's rows as tables of `rows` rows, the last one with what is left. Categories that ``CSV/categories(_:)``
    /// counts are those of one table: an ``OneHotEncoder`` has the same for all.
    public func chunks(of rows: Int) throws(CSVError) -> Chunks {
        guard rows > 0 else { fail("CSVStream", "chunks of \(rows) rows: the number must be positive") }
        return Chunks(try Self.reader(path, header, separator, missing, textColumns), rows)
    }

    /// The tables of a stream, one after the other.
    public struct Chunks {
        private let reader: CSVReader
        private let rows: Int

        fileprivate init(_ reader: CSVReader, _ rows: Int) {
            self.reader = reader
            self.rows = rows
        }

        /// The next table; nil where there are no more rows.
        ///
        /// - Throws: ``CSVError``, with the line.
        public mutating func next() throws(CSVError) -> CSV? {
            reader.forgetTexts()
            var blocks: [NumberBlock] = []
            var left = rows
            while left > 0, let block = try reader.block(rows: left) {
                blocks.append(block)
                left -= block.rows
            }
            return blocks.isEmpty ? nil : CSV(reader, blocks)
        }
    }

    /// Batches of the file's samples for training.
    ///
    /// - Parameters:
    ///   - shuffleBuffer: how many samples are kept to draw from at random; each that is drawn makes room for the file's
    ///     next one. 0 for the file's order. A buffer mixes neighbours alone: a file that is sorted by class must be
    ///     shuffled itself.
    ///   - seed, droppingLast, prefetch, transform: as a ``DataLoader`` has them.
    ///   - samples: makes samples of rows, one of each row.
    public func loader(
        batchSize: Int, shuffleBuffer: Int = 0, seed: UInt64 = 0, droppingLast: Bool = false, prefetch: Int = 2,
        transform: (@Sendable (Samples, inout PhiloxGenerator) -> Samples)? = nil,
        samples: @escaping @Sendable (CSV) throws(CSVError) -> Samples
    ) -> CSVLoader {
        CSVLoader(
            stream: self, batchSize: batchSize, shuffleBuffer: shuffleBuffer, seed: seed, droppingLast: droppingLast,
            prefetch: prefetch, transform: transform, samples: samples)
    }

    private static func reader(
        _ path: String, _ header: CSV.Header, _ separator: UInt8, _ missing: CSV.MissingValues,
        _ textColumns: Set<String>
    ) throws(CSVError) -> CSVReader {
        let window: ByteWindow
        do { window = try ByteWindow(path: path) } catch { throw .unreadable(path, error) }
        return try CSVReader(window, path, header, separator, missing, .named(textColumns))
    }
}
