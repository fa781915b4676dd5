/// What is wrong with a file of tensors (``Safetensors``, ``NPY``, ``NPZ``, ``IDX``), and where.
public struct FormatError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Reason: Sendable, Equatable {
        case unreadableFile, unwritableFile
        /// The first bytes are another format's.
        case unknownFormat
        /// The file ends before what it says it holds.
        case cutOff
        /// The file breaks its format's rules.
        case corrupt
        /// More than a limit allows, or than memory can hold.
        case tooLarge
        /// Elements of a type, or a variant of the format, that is not read or written.
        case unsupported
        /// A value that the dtype asked for does not have.
        case value
        /// The contents are not those that were written: their checksum differs.
        case checksum
        /// A name that is not there, is there twice, or may not be used.
        case name
        /// Compressed contents, in a build without the package trait Zlib.
        case withoutZlib
    }

    public let reason: Reason
    /// The file's path, or the name that was given for bytes.
    public let file: String
    /// How many bytes lie before the place; nil where no single place is meant.
    public let offset: Int?
    /// What was found, and what to do.
    public let message: String

    init(_ reason: Reason, file: String, offset: Int? = nil, _ message: String) {
        self.reason = reason
        self.file = file
        self.offset = offset
        self.message = message
    }

    public var description: String { "\(file): \(offset.map { "byte \($0): " } ?? "")\(message)" }
}

extension MappedFile {
    /// A file as ``FormatError`` has it.
    static func opened(_ path: String, isMapped: Bool) throws(FormatError) -> MappedFile {
        do { return try MappedFile(path: path, isMapped: isMapped) } catch {
            throw FormatError(.unreadableFile, file: path, error.message)
        }
    }
}
