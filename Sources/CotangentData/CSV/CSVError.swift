/// What is wrong with a CSV file, and where.
public struct CSVError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Reason: Sendable, Equatable {
        case unreadableFile, empty, fieldCount, notANumber, unterminatedQuote, textAfterQuote, missingColumn,
            duplicateColumn, notAnInteger
    }

    public let reason: Reason
    /// The file's path, or the name that was given for bytes.
    public let file: String
    /// From 1; nil where the whole file is meant.
    public let line: Int?
    /// The column's number from 1; nil where the whole line is meant.
    public let column: Int?
    /// What was found, and what to do.
    public let message: String

    public var description: String {
        var place = file
        if let line { place += ":\(line)" }
        if let column { place += line == nil ? ": column \(column)" : ", column \(column)" }
        return "\(place): \(message)"
    }
}

extension CSVError {
    static func empty(_ file: String, _ message: String) -> CSVError {
        CSVError(reason: .empty, file: file, line: nil, column: nil, message: message)
    }

    static func unreadable(_ file: String, _ problem: FileProblem) -> CSVError {
        CSVError(reason: .unreadableFile, file: file, line: nil, column: nil, message: problem.message)
    }
}
