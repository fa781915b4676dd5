import Foundation

/// Up to four digits that count.
func short(_ value: Double) -> String { String(format: "%.4g", value) }

enum StandardError {
    static func print(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}

enum JSONText {
    /// One object, members by name; NaN and infinities, which JSON lacks, as words.
    static func of(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        // What the tool encodes are numbers, strings and arrays of them.
        return String(decoding: try! encoder.encode(value), as: UTF8.self)
    }
}

/// Three digits behind the point.
func fixed(_ value: Double) -> String { String(format: "%.3f", value) }
