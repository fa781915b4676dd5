import CotangentTensor

/// Sequences of different lengths as one tensor, the shorter ones filled up at their ends.
///
/// ```swift
/// let batch = PaddedBatch([[5, 3, 9], [4]], padding: vocabulary[.padding]!)
/// batch.tokens      // int64 [time, batch]: [[5, 4], [3, 0], [9, 0]]
/// batch.lengths     // [3, 1]
/// batch.mask        // bool [time, batch]: [[true, true], [true, false], [true, false]]
/// ```
///
/// The time axis is as long as the longest sequence. There may be no sequences, and empty ones among them.
public struct PaddedBatch: Sendable, Equatable {
    /// int64 [time, batch]; one sequence is `tokens[.all, i]`.
    public let tokens: Tensor
    /// Of each sequence.
    public let lengths: [Int]

    /// - Parameter padding: what stands behind the end of a shorter sequence; a vocabulary's is `[.padding]`, 0 where it
    ///   has any.
    public init(_ sequences: [[Int]], padding: Int = 0) {
        let time = sequences.lazy.map(\.count).max() ?? 0
        var values = [Int](repeating: padding, count: time * sequences.count)
        for (column, sequence) in sequences.enumerated() {
            for (step, token) in sequence.enumerated() { values[step * sequences.count + column] = token }
        }
        tokens = Tensor(values, shape: [time, sequences.count])
        lengths = sequences.map(\.count)
    }

    /// True where a sequence has a token, false where it is padded: bool [time, batch].
    public var mask: Tensor {
        let values = (0..<tokens.shape[0]).flatMap { step in lengths.map { step < $0 } }
        return Tensor(values, shape: tokens.shape)
    }

    /// The sequences, as they were given.
    public var sequences: [[Int]] {
        let values = tokens.ints
        return lengths.enumerated().map { column, length in
            (0..<length).map { values[$0 * lengths.count + column] }
        }
    }

    /// Which part of the steps is padding, from 0 to 1; 0 where there are none.
    public var paddingShare: Double { CotangentData.paddingShare([lengths]) }
}

/// How many steps of each sequence are true, of a mask bool [time, batch]: the inverse of `sequenceMask`.
///
/// - Throws: ``TextError`` where a sequence goes on after a step that is false: no length describes that.
public func lengths(ofMask mask: Tensor) throws(TextError) -> [Int] {
    guard mask.dtype == .bool, mask.rank == 2 else {
        fail("lengths(ofMask:)", "\(mask.summary): a mask is bool [time, batch]")
    }
    let (time, batch) = (mask.shape[0], mask.shape[1])
    let values = mask.bools
    var lengths = [Int](repeating: 0, count: batch)
    for step in 0..<time {
        for column in 0..<batch where values[step * batch + column] {
            if lengths[column] != step {
                throw TextError(
                    .mask,
                    "sequence \(column) of \(batch) is false at step \(lengths[column]) and true at step \(step): a mask must be true up to the sequence's length and false behind it"
                )
            }
            lengths[column] = step + 1
        }
    }
    return lengths
}

/// Which part of batches is padding, when each is as long as its longest sequence.
func paddingShare(_ batches: [[Int]]) -> Double {
    var (steps, tokens) = (0, 0)
    for lengths in batches {
        steps += (lengths.max() ?? 0) * lengths.count
        tokens += lengths.reduce(0, +)
    }
    return steps == 0 ? 0 : Double(steps - tokens) / Double(steps)
}
