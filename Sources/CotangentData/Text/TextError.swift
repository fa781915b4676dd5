/// What is wrong with a text, its tokens or a vocabulary's file, and where.
public struct TextError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Reason: Sendable, Equatable {
        case unreadableFile, unwritableFile
        /// The bytes are not UTF-8.
        case encoding
        /// The file is not a vocabulary, or breaks its rules.
        case corrupt
        /// A token that the vocabulary does not have, and no unknown token to stand for it.
        case unknownToken
        /// An index that names no token.
        case indexOutside
        /// A mask whose columns are not true up to a length and false from there on.
        case mask
        /// Fewer tokens than were asked for.
        case tooShort
    }

    public let reason: Reason
    /// The file's path; nil where no file is meant.
    public let file: String?
    /// The line in the file from 1; nil where none, or all of it, is meant.
    public let line: Int?
    /// What was found, and what to do.
    public let message: String

    init(_ reason: Reason, file: String? = nil, line: Int? = nil, _ message: String) {
        self.reason = reason
        self.file = file
        self.line = line
        self.message = message
    }

    public var description: String {
        guard let file else { return message }
        return "\(file)\(line.map { ":\($0)" } ?? ""): \(message)"
    }
}
