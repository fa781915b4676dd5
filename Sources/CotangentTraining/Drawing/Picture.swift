import CotangentData

/// A picture as an SVG file: dark on white, in colours that colour-blind people tell apart, with text that stays text.
///
/// ```swift
/// try LearningCurves(history).write(to: "curves.svg")
/// ```
public protocol Picture: Sendable {
    /// The file's text.
    var svg: String { get }
}

extension Picture {
    /// Writes the picture to a file, whole or not at all.
    ///
    /// - Throws: ``PictureError`` where the file cannot be written.
    public func write(to path: String) throws(PictureError) {
        do { try CotangentData.write(Array(svg.utf8), to: path) } catch {
            throw PictureError(file: path, message: error.message)
        }
    }
}

/// A picture's file that cannot be written.
public struct PictureError: Error, Sendable, Equatable, CustomStringConvertible {
    public let file: String
    /// What is in the way, and what to do.
    public let message: String

    public var description: String { "\(file): \(message)" }
}
