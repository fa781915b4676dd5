import CotangentTensor

/// One long sequence of tokens as parallel streams, cut into windows of time: the batches of a language model that is
/// trained by truncated backpropagation through time.
///
/// ```swift
/// let streams = try TokenStreams(indices, batch: 64, sequence: 100)
/// var state: RecurrentState?
/// for (inputs, targets) in streams { … }         // int64 [time, batch] each; time = 100
/// ```
///
/// The tokens are cut into `batch` parts of L = ⌊(tokens − 1)/batch⌋ steps, and part b is column b of all windows:
///
///     inputs[t, b] = tokens[b L + start + t],   targets[t, b] = tokens[b L + start + t + 1],   start = 0, sequence, …
///
/// So each window goes on where the one before ended, in every column, and the recurrent state is carried over; a target
/// is the token that comes next in the text, at the end of a column the first one of the next column.
///
/// What is left over: (tokens − 1) mod `batch` tokens at the end of the text, fewer than `batch`, are in no window. Where
/// `sequence` does not divide L, the last window has fewer steps, or is dropped.
public struct TokenStreams: Sequence, Sendable {
    /// int64 [L, batch].
    private let inputs: Tensor
    private let targets: Tensor
    private let sequence: Int
    private let end: Int

    /// - Throws: ``TextError`` where the tokens do not fill one window: `batch` + 1 of them are needed, and with
    ///   `droppingLast` `batch` · `sequence` + 1.
    public init(_ tokens: [Int], batch: Int, sequence: Int, droppingLast: Bool = false) throws(TextError) {
        guard batch > 0, sequence > 0 else {
            fail("TokenStreams", "batch \(batch) and sequence \(sequence) must be positive")
        }
        let length = tokens.isEmpty ? 0 : (tokens.count - 1) / batch
        let least = droppingLast ? sequence : 1
        if length < least {
            throw TextError(
                .tooShort,
                "\(tokens.count) tokens in \(batch) streams give each \(length) steps, and \(least) are needed: take fewer streams\(droppingLast ? ", shorter windows" : ""), or a text of \(batch &* least &+ 1) tokens"
            )
        }
        // Time first, so that a window is a view of neighbouring rows.
        inputs = Tensor(Array(tokens[..<(batch * length)]), shape: [batch, length]).transposed.contiguous
        targets = Tensor(Array(tokens[1...(batch * length)]), shape: [batch, length]).transposed.contiguous
        self.sequence = Swift.min(sequence, length)
        end = droppingLast ? length / sequence * sequence : length
    }

    /// How many windows there are.
    public var count: Int { (end + sequence - 1) / sequence }
    /// How many tokens all targets are: what a loss summed over an epoch is divided by.
    public var targetCount: Int { end * inputs.shape[1] }

    public struct Iterator: IteratorProtocol {
        let streams: TokenStreams
        var start = 0

        public mutating func next() -> (inputs: Tensor, targets: Tensor)? {
            guard start < streams.end else { return nil }
            let range = start..<Swift.min(start + streams.sequence, streams.end)
            start = range.upperBound
            return (streams.inputs[range], streams.targets[range])
        }
    }

    public func makeIterator() -> Iterator { Iterator(streams: self) }
}
