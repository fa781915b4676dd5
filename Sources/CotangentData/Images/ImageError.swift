/// What is wrong with an image or its file, and where.
public struct ImageError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Reason: Sendable, Equatable {
        case unreadableFile, unwritableFile
        /// Neither PPM, PGM nor PNG; or a name that ends in none of theirs.
        case unknownFormat
        /// A PNG image, in a build without the package trait PNG.
        case withoutPNG
        /// The file breaks its format's rules, or ends too early.
        case corrupt
        /// More samples than ``Image/largestSampleCount``, or than the file's bytes can hold.
        case tooLarge
        /// The format cannot hold these channels.
        case channels
        /// Images of one batch that are not of one size: see ``ImageFolder``.
        case differentSize
        /// A folder without images, or without folders of classes.
        case noImages
    }

    public let reason: Reason
    /// The file's path, or the name that was given for bytes.
    public let file: String
    /// How many bytes lie before the place; nil where the whole file is meant.
    public let offset: Int?
    /// What was found, and what to do.
    public let message: String

    public var description: String { "\(file): \(offset.map { "byte \($0): " } ?? "")\(message)" }
}
