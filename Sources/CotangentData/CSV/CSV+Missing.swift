extension CSV.MissingValues {
    /// What a column's missing values are filled with, where that depends on the others.
    var fill: Imputer.Strategy? {
        switch treatment {
        case .mean: .mean
        case .median: .median
        default: nil
        }
    }
}

extension CSV {
    /// Writes into the blocks, which nobody shares yet: in each column of numbers the mean or median takes the place of
    /// NaN.
    func fillMissing(by strategy: Imputer.Strategy) throws(CSVError) {
        for column in 0..<columnCount where texts[column] == nil {
            let values = self.column(column)
            guard values.contains(where: \.isNaN) else { continue }
            guard let fill = strategy.value(values.filter { !$0.isNaN }) else {
                throw error(
                    .notANumber, column: column,
                    "all \(rowCount) values of column '\(columnNames[column])' are missing, and have neither mean nor median: fill them with a number, or leave the column out of the file"
                )
            }
            for block in blocks {
                for row in 0..<block.rows where block.row(row)[column].isNaN { block.row(row)[column] = fill }
            }
        }
    }
}
