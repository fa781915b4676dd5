import CotangentTensor

extension CSV {
    /// All columns, [rows, columns]. Text columns trap.
    public func tensor(dtype: DType = .float32) -> Tensor {
        if let text = texts.keys.min() {
            fail("CSV", "column '\(columnNames[text])' holds text: leave it out with tensor(excluding:)")
        }
        return picked(Array(0..<columnCount), dtype)
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
        let values = self.column(column)
        if let row = values.firstIndex(where: { Int(exactly: $0) == nil }) {
            throw error(
                .notAnInteger, column: column,
                "row \(row + 1) of column '\(name)' is \(values[row]), and a label is an integer: take tensor(column:) for measurements"
            )
        }
        return Tensor(values.map { Int($0) })
    }

    /// The text columns' names, in their order.
    public var textColumnNames: [String] { texts.keys.sorted().map { columnNames[$0] } }

    /// A text column as it is, row by row.
    ///
    /// - Throws: ``CSVError`` where there is no such text column.
    public func texts(_ name: String) throws(CSVError) -> [String] {
        let (column, texts) = try textColumn(name)
        return self.column(column).map { texts[Int($0)] }
    }

    /// A text column as class labels: int64 [rows], which count the different texts in alphabetical order, and these.
    ///
    /// - Throws: ``CSVError`` where there is no such text column.
    public func categories(_ name: String) throws(CSVError) -> (labels: Tensor, names: [String]) {
        let (column, texts) = try textColumn(name)
        let codes = self.column(column).map { Int($0) }
        // Not all of the file's: rows may have been left out.
        let used = Set(codes).sorted { texts[$0] < texts[$1] }
        let places = Dictionary(uniqueKeysWithValues: used.enumerated().map { ($1, $0) })
        return (Tensor(codes.map { places[$0]! }), used.map { texts[$0] })
    }

    // MARK: Columns by number

    /// Rows of these columns, converted block by block without a copy in between.
    private func picked(_ columns: [Int], _ dtype: DType) -> Tensor {
        switch dtype {
        case .float32: return copied(columns, as: Float.self) { Float($0) }
        case .float64: return copied(columns, as: Double.self) { $0 }
        default: return copied(columns, as: Double.self) { $0 }.cast(to: dtype)
        }
    }

    @inline(__always)
    private func copied<T: TensorElement>(
        _ columns: [Int], as type: T.Type, _ convert: (Double) -> T
    ) -> Tensor {
        let result = Tensor(uninitialized: [rowCount, columns.count], T.dtype)
        if result.isAbstract { fail("CSV", "a file's values cannot be taken in a run on shapes alone") }
        var target = result.rawPointer.assumingMemoryBound(to: T.self)
        let isRun = columns.indices.allSatisfy { columns[$0] == columns[0] + $0 }
        for block in blocks {
            for row in 0..<block.rows {
                let source = block.row(row)
                if isRun {
                    let run = source + (columns.first ?? 0)
                    for index in 0..<columns.count { target[index] = convert(run[index]) }
                } else {
                    for (index, column) in columns.enumerated() { target[index] = convert(source[column]) }
                }
                target += columns.count
            }
        }
        return result
    }

    func column(_ column: Int) -> [Double] {
        var values: [Double] = []
        values.reserveCapacity(rowCount)
        for block in blocks {
            for row in 0..<block.rows { values.append(block.row(row)[column]) }
        }
        return values
    }

    private func numericIndex(_ name: String) throws(CSVError) -> Int {
        let index = try index(name)
        if texts[index] != nil {
            throw error(.notANumber, column: index, "column '\(name)' holds text: take categories(_:), or leave it out")
        }
        return index
    }

    private func textColumn(_ name: String) throws(CSVError) -> (column: Int, texts: [String]) {
        let column = try index(name)
        guard let texts = texts[column] else {
            throw error(
                .missingColumn, column: column,
                "column '\(name)' holds numbers: name it in textColumns, or take labels(_:)")
        }
        return (column, texts)
    }

    private func index(_ name: String) throws(CSVError) -> Int {
        guard let index = columnNames.firstIndex(of: name) else {
            throw error(.missingColumn, column: nil, "there is no column '\(name)'; there are \(listed(columnNames))")
        }
        return index
    }

    func error(_ reason: CSVError.Reason, column: Int?, _ message: String) -> CSVError {
        CSVError(reason: reason, file: file, line: nil, column: column.map { $0 + 1 }, message: message)
    }
}

/// Names in quotes; of many, the first ones.
func listed(_ names: [String]) -> String {
    let shown = names.prefix(20).map { "'\($0)'" }.joined(separator: ", ")
    return names.count > 20 ? "\(shown) and \(names.count - 20) more" : shown
}
