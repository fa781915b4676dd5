import ArgumentParser

/// Rows by number from 1, both ends included: "1-1437", "1438-", "-100", "7".
struct RowRange: ExpressibleByArgument {
    let first: Int
    /// nil for all that follow.
    let last: Int?

    init?(argument: String) {
        let parts = argument.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        switch parts.count {
        case 1:
            guard let row = Int(parts[0]) else { return nil }
            (first, last) = (row, row)
        case 2 where parts != ["", ""]:
            guard let first = parts[0].isEmpty ? 1 : Int(parts[0]) else { return nil }
            if !parts[1].isEmpty, Int(parts[1]) == nil { return nil }
            (self.first, last) = (first, Int(parts[1]))
        default: return nil
        }
        guard first >= 1, last ?? first >= first else { return nil }
    }

    /// Of `count` rows, from 0.
    func indices(of count: Int, in path: String) throws -> Range<Int> {
        guard last ?? first <= count else {
            throw Problem(description: "\(path) has \(count) rows, and --rows asks for row \(last ?? first).")
        }
        return first - 1..<(last ?? count)
    }
}
