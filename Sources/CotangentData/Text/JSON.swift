/// A JSON value (RFC 8259), as files from outside hold it.
package enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSON])
    /// No name is there twice.
    case object([String: JSON])

    /// What was found in place of something else.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a truth value"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    package struct Problem: Error {
        /// From 1.
        package let line: Int
        /// How many bytes lie before the place.
        package let offset: Int
        package let message: String
    }

    package init(parsing bytes: [UInt8]) throws(Problem) {
        var reader = JSONReader(bytes)
        self = try reader.document()
    }

    /// An object's members in their order; nil where the text is something else.
    package static func members(parsing bytes: [UInt8]) throws(Problem) -> [(name: String, value: JSON)]? {
        var reader = JSONReader(bytes)
        return try reader.documentMembers()
    }

    /// A string as JSON writes it.
    package static func quoted(_ string: String) -> String {
        var result = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0}"..<" ", "\u{7F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension JSON {
    /// The value as JSON writes it, in one line; members by name.
    package var text: String {
        switch self {
        case .null: "null"
        case .bool(let flag): "\(flag)"
        // Whole numbers without a point, but for −0.
        case .number(let number):
            number == 0 && number.sign == .minus ? "-0.0" : Int(exactly: number).map(String.init) ?? "\(number)"
        case .string(let string): JSON.quoted(string)
        case .array(let items): "[\(items.map(\.text).joined(separator: ", "))]"
        case .object(let members):
            "{\(members.sorted { $0.key < $1.key }.map { "\(JSON.quoted($0.key)): \($0.value.text)" }.joined(separator: ", "))}"
        }
    }
}
