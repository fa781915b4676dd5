/// Reads the Python dictionary in an NPY file's header: of Python's literals those alone that can stand there.
struct NPYDictionary {
    struct Problem: Error {
        let reason: FormatError.Reason
        /// Within the header.
        let place: Int
        let message: String
    }

    struct Contents {
        let descr: String
        let isFortran: Bool
        let shape: [Int]
    }

    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func read() throws(Problem) -> Contents {
        var descr: String?
        var isFortran: Bool?
        var shape: [Int]?
        try skip("{", "the header must be a dictionary")
        while !skips("}") {
            let start = place
            let name = try string("a key in quotes")
            try skip(":", "a colon must follow the key \(quoted(name))")
            let isNew: Bool
            switch name {
            case "descr":
                isNew = descr == nil
                descr = try element()
            case "fortran_order":
                isNew = isFortran == nil
                isFortran = try truth()
            case "shape":
                isNew = shape == nil
                shape = try tuple()
            default:
                throw problem(start, "the key \(quoted(name)) is not one of 'descr', 'fortran_order' and 'shape'")
            }
            if !isNew { throw problem(start, "the key \(quoted(name)) is there twice") }
            if !skips(",") {
                try skip("}", "a comma or } must follow a value")
                break
            }
        }
        skipSpace()
        if place < bytes.count { throw problem(place, "\(found) follows the dictionary") }
        guard let descr, let isFortran, let shape else {
            let missing = descr == nil ? "descr" : isFortran == nil ? "fortran_order" : "shape"
            throw problem(0, "the key '\(missing)' is missing in the header")
        }
        return Contents(descr: descr, isFortran: isFortran, shape: shape)
    }

    private mutating func element() throws(Problem) -> String {
        skipSpace()
        if next == UInt8(ascii: "[") || next == UInt8(ascii: "(") {
            throw Problem(
                reason: .unsupported, place: place,
                message: "arrays of records are not read: save each field as an array of its own")
        }
        return try string("a dtype in quotes")
    }

    private mutating func truth() throws(Problem) -> Bool {
        skipSpace()
        for (word, value) in [("True", true), ("False", false)] where bytes[place...].starts(with: word.utf8) {
            place += word.utf8.count
            return value
        }
        throw problem(place, "\(found) stands where True or False is wanted")
    }

    private mutating func tuple() throws(Problem) -> [Int] {
        var lengths: [Int] = []
        try skip("(", "the shape must be a tuple")
        while !skips(")") {
            lengths.append(try length())
            if !skips(",") {
                // Without a comma (3) is a number.
                if lengths.count == 1 { throw problem(place, "the shape must be a tuple: a comma is missing") }
                try skip(")", "a comma or ) must follow a length")
                break
            }
        }
        return lengths
    }

    private mutating func length() throws(Problem) -> Int {
        skipSpace()
        let start = place
        var value = 0
        while let byte = next, (0x30...0x39).contains(byte) {
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(Int(byte - 0x30))
            if overflow || carry {
                throw Problem(reason: .tooLarge, place: start, message: "a length of the shape is above 2⁶³")
            }
            value = sum
            place += 1
        }
        if place == start { throw problem(place, "\(found) stands where a length, a whole number from 0, is wanted") }
        // Python 2 wrote long integers so.
        if next == UInt8(ascii: "L") { place += 1 }
        return value
    }

    private mutating func string(_ what: String) throws(Problem) -> String {
        skipSpace()
        guard let quote = next, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            throw problem(place, "\(found) stands where \(what) is wanted")
        }
        let start = place + 1
        guard let end = bytes[start...].firstIndex(of: quote) else { throw problem(place, "a string is not closed") }
        let text = bytes[start..<end]
        guard !text.contains(UInt8(ascii: "\\")), let string = String(validating: text, as: UTF8.self) else {
            throw problem(place, "a string has a backslash or is not UTF-8")
        }
        place = end + 1
        return string
    }

    // MARK: Bytes

    private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { place += 1 }
    }

    private mutating func skips(_ mark: Character) -> Bool {
        skipSpace()
        if next != mark.asciiValue { return false }
        place += 1
        return true
    }

    private mutating func skip(_ mark: Character, _ message: String) throws(Problem) {
        if !skips(mark) { throw problem(place, "\(message), and \(found) was found") }
    }

    private var found: String {
        guard let byte = next else { return "the end of the header" }
        return byte > 0x20 && byte < 0x7F ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
    }

    private func problem(_ place: Int, _ message: String) -> Problem {
        Problem(reason: .corrupt, place: place, message: message)
    }
}
