/// Samples that cannot be split as asked.
public struct SplitError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Reason: Sendable, Equatable {
        /// A part would have no samples.
        case tooFewSamples
        /// A class has fewer samples than there are parts or folds.
        case tooFewOfClass
    }

    public let reason: Reason
    /// What was found, and what to do.
    public let message: String

    public var description: String { message }

    init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }
}
