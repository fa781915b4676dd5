/// Data that a model cannot be fitted to, and why.
public struct FitError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Reason: Sendable, Equatable {
        /// A value is NaN or infinite.
        case notFinite
        /// Fewer samples than the model needs.
        case tooFewSamples
        /// Features depend on each other linearly, so that no single set of coefficients is best.
        case rankShort
        /// Labels of a single class.
        case oneClass
        /// Classes that a plane separates: without a penalty the coefficients grow without end.
        case separable
        /// The iterations that were allowed do not reach the tolerance.
        case notConverged
    }

    public let reason: Reason
    /// What was found where, and what to do.
    public let message: String

    init(_ reason: Reason, _ operation: String, _ message: String) {
        self.reason = reason
        self.message = "\(operation): \(message)"
    }

    public var description: String { message }
}
