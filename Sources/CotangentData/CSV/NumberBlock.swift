/// Some rows of a table, one after the other. A table is a list of them, so that none is copied as it grows.
final class NumberBlock: @unchecked Sendable {
    let columns: Int
    let capacity: Int
    /// Written while the block is read, before others see it.
    let numbers: UnsafeMutablePointer<Double>
    var rows = 0

    init(columns: Int, rows: Int) {
        self.columns = columns
        capacity = rows
        numbers = .allocate(capacity: columns * rows)
    }

    deinit { numbers.deallocate() }

    func row(_ row: Int) -> UnsafeMutablePointer<Double> { numbers + row * columns }

    /// About a megabyte, or one row; less where fewer rows are wanted or the whole file is smaller.
    static func suitable(columns: Int, rows: Int, fileSize: Int?) -> NumberBlock {
        // A number takes two bytes at least, its separator's included.
        let most = min(1 << 17, fileSize.map { $0 / 2 + columns } ?? .max)
        return NumberBlock(columns: columns, rows: min(max(most / columns, 1), rows))
    }
}
