/// A sequence that a decoder has found.
public struct Hypothesis: Sendable, Hashable {
    /// Without start and end token.
    public var tokens: [Int]
    /// log p of the tokens, and of the end token where it came.
    public var logProbability: Double
    /// What beams are ordered by: the log-probability over the penalty of its length.
    public var score: Double
    /// Whether the end token came before the maximum length.
    public var isComplete: Bool
}
