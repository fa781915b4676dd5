/// Reads a JSON text strictly, in one pass.
struct JSONReader {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(JSON.Problem) -> JSON {
        let value = try value()
        try end()
        return value
    }

    mutating func documentMembers() throws(JSON.Problem) -> [(name: String, value: JSON)]? {
        guard skips("{") else { return nil }
        var members: [(name: String, value: JSON)] = []
        _ = try object { members.append(($0, $1)) }
        try end()
        return members
    }

    private mutating func end() throws(JSON.Problem) {
        skipSpace()
        if position < bytes.count { throw problem("\(found) follows the end of the value") }
    }

    private mutating func value() throws(JSON.Problem) -> JSON {
        skipSpace()
        guard let byte = next else { throw problem("the end of the file stands where a value is wanted") }
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            // What is nested deeper than the stack is high would end the process.
            if depth == 100 { throw problem("more than 100 arrays and objects are nested") }
            depth += 1
            defer { depth -= 1 }
            position += 1
            return byte == UInt8(ascii: "{") ? try object() : try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default:
            for (word, value) in [("true", JSON.bool(true)), ("false", .bool(false)), ("null", .null)]
            where bytes[position...].starts(with: word.utf8) {
                position += word.utf8.count
                return value
            }
            throw problem("\(found) stands where a value is wanted")
        }
    }

    private mutating func object(_ each: (String, JSON) -> Void = { _, _ in }) throws(JSON.Problem) -> JSON {
        var members: [String: JSON] = [:]
        if skips("}") { return .object(members) }
        repeat {
            skipSpace()
            if next != UInt8(ascii: "\"") { throw problem("\(found) stands where a name in quotes is wanted") }
            let name = try string()
            if !skips(":") { throw problem("\(found) stands where a colon is wanted") }
            let value = try value()
            if members.updateValue(value, forKey: name) != nil {
                throw problem("the name \(quoted(name)) is there twice")
            }
            each(name, value)
        } while skips(",")
        if !skips("}") { throw problem("\(found) stands where a comma or } is wanted") }
        return .object(members)
    }

    private mutating func array() throws(JSON.Problem) -> JSON {
        var elements: [JSON] = []
        if skips("]") { return .array(elements) }
        repeat { elements.append(try value()) } while skips(",")
        if !skips("]") { throw problem("\(found) stands where a comma or ] is wanted") }
        return .array(elements)
    }

    private mutating func number() throws(JSON.Problem) -> JSON {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        let whole = digits()
        var isNumber = whole == 1 || whole > 1 && bytes[position - whole] != UInt8(ascii: "0")
        if next == UInt8(ascii: ".") {
            position += 1
            isNumber = digits() > 0 && isNumber
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            position += 1
            if next == UInt8(ascii: "-") || next == UInt8(ascii: "+") { position += 1 }
            isNumber = digits() > 0 && isNumber
        }
        guard isNumber, let value = parseDecimal(bytes[start..<position]) else {
            throw problem("'\(String(decoding: bytes[start..<position], as: UTF8.self))' is not a number")
        }
        return .number(value)
    }

    private mutating func digits() -> Int {
        let start = position
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        return position - start
    }

    private mutating func string() throws(JSON.Problem) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw problem("a string is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"):
                position += 1
                try escape(&text)
            case 0..<0x20: throw problem("\(found) stands in a string, where it must be escaped")
            default:
                text.append(byte)
                position += 1
            }
        }
        throw problem("a string is not closed")
    }

    private mutating func escape(_ text: inout [UInt8]) throws(JSON.Problem) {
        let letter = next ?? 0
        if letter == UInt8(ascii: "u") {
            position += 1
            var code = try hexadecimal()
            if code & 0xFC00 == 0xD800, bytes[position...].starts(with: "\\u".utf8) {
                position += 2
                let low = try hexadecimal()
                // Anything else leaves half a pair, which no scalar is.
                if low & 0xFC00 == 0xDC00 { code = 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF }
            }
            guard let scalar = Unicode.Scalar(code) else { throw problem("\\u names half of a surrogate pair") }
            text.append(contentsOf: String(scalar).utf8)
            return
        }
        guard let place = Self.letters.firstIndex(of: letter) else {
            throw problem("\(found) stands behind a backslash, where one of \"\\/bfnrtu is wanted")
        }
        text.append(Self.escaped[place])
        position += 1
    }

    private static let letters = Array("\"\\/bfnrt".utf8)
    private static let escaped = Array("\"\\/\u{8}\u{C}\n\r\t".utf8)

    private mutating func hexadecimal() throws(JSON.Problem) -> UInt32 {
        let digits = bytes[position...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit && $0 < 0x80 }),
            let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw problem("\\u wants four hexadecimal digits") }
        position += 4
        return code
    }

    // MARK: Bytes

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func skips(_ mark: Character) -> Bool {
        skipSpace()
        if next != mark.asciiValue { return false }
        position += 1
        return true
    }

    private var found: String {
        guard let byte = next else { return "the end of the file" }
        return byte > 0x20 && byte < 0x7F ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
    }

    private func problem(_ message: String) -> JSON.Problem {
        JSON.Problem(line: 1 + bytes[..<position].count { $0 == 0x0A }, offset: position, message: message)
    }
}
