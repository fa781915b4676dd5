// What tables of a model's layers are printed with.

/// Rows of cells as lines in which columns stand under one another, those from `right` on flush right, and how wide the
/// columns are together.
func alignedColumns(_ rows: [[String]], rightFrom right: Int) -> (lines: [String], width: Int) {
    let columns = rows[0].indices
    let widths = columns.map { column in rows.map { $0[column].count }.max()! }
    let lines = rows.map { row in
        let cells = columns.map { column in
            let space = String(repeating: " ", count: widths[column] - row[column].count)
            return column < right ? row[column] + space : space + row[column]
        }
        let line = cells.joined(separator: "  ")
        return String(line[..<(line.lastIndex { $0 != " " }.map(line.index(after:)) ?? line.startIndex)])
    }
    return (lines, widths.reduce(2 * (columns.count - 1), +))
}

/// 1234567 as "1,234,567".
func grouped(_ number: Int) -> String {
    let digits = Array("\(number)")
    return digits.indices.reduce(into: "") { text, index in
        if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
        text.append(digits[index])
    }
}

/// What a summary calls a layer: "Linear(64 → 128)".
func describe(layer: Any) -> String { (layer as? any DescribedModule)?.summaryName ?? "\(type(of: layer))" }
