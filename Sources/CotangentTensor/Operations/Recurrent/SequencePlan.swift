/// Which sequences of a batch are at work at each step.
///
/// Sequences are ordered from the longest to the shortest, so that those at work are the first ones, and only their rows
/// are kept, step after step: [rows, features], where step t has `rowCounts[t]` rows from row `offsets[t]` on. Where
/// all have one length, that is [time, batch, features] as it lies.
package struct SequencePlan: Sendable {
    package let batch: Int
    package let rowCounts: [Int]
    package let offsets: [Int]
    /// Over all steps.
    package let rowCount: Int
    /// Whether every step has all sequences.
    package let isEven: Bool

    package var steps: Int { rowCounts.count }

    private init(batch: Int, rowCounts: [Int]) {
        self.batch = batch
        self.rowCounts = rowCounts
        var offsets: [Int] = []
        offsets.reserveCapacity(rowCounts.count)
        var rows = 0
        for count in rowCounts {
            offsets.append(rows)
            rows += count
        }
        self.offsets = offsets
        rowCount = rows
        isEven = rowCounts.last == batch
    }

    /// Every sequence has `steps` steps.
    package init(steps: Int, batch: Int) {
        self.init(batch: batch, rowCounts: [Int](repeating: batch, count: steps))
    }

    /// Sequences of the given lengths, each at least 1, from the longest to the shortest.
    package init(descendingLengths lengths: [Int]) {
        var counts = [Int](repeating: 0, count: lengths.first ?? 0)
        var count = lengths.count
        for step in counts.indices {
            while lengths[count - 1] <= step { count -= 1 }
            counts[step] = count
        }
        self.init(batch: lengths.count, rowCounts: counts)
    }

    /// The rows of step t.
    func rows(_ step: Int) -> Range<Int> { offsets[step]..<offsets[step] + rowCounts[step] }

    /// Of each sequence, in their order, the row of its last step.
    var lastRows: [Int] {
        var rows = [Int](repeating: 0, count: batch)
        for step in 0..<steps {
            for sequence in 0..<rowCounts[step] { rows[sequence] = offsets[step] + sequence }
        }
        return rows
    }
}
