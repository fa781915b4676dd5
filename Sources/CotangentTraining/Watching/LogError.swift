/// What is wrong with a log's file.
public struct LogError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Reason: Sendable, Equatable {
        /// No folder, no permission, no room.
        case unwritableFile
        /// What a resumed run would go on with.
        case unreadableFile
        /// The table that a resumed run would go on with has other columns.
        case otherColumns
    }

    public let reason: Reason
    public let file: String
    /// What was found, and what to do.
    public let message: String

    package init(_ reason: Reason, file: String, _ message: String) {
        self.reason = reason
        self.file = file
        self.message = message
    }

    public var description: String { "\(file): \(message)" }
}
