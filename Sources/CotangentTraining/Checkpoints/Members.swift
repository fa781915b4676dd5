import CotangentData

struct MembersError: Error {
    let message: String
}

/// The members of a JSON object that came from outside, taken out one by one as what they must be.
struct Members {
    private let values: [String: JSON]
    /// What the object is, for errors.
    let place: String

    init(_ json: JSON, _ place: String) throws(MembersError) {
        guard case .object(let values) = json else {
            throw MembersError(message: "\(place) is \(json.kind), and an object is wanted")
        }
        self.values = values
        self.place = place
    }

    init(_ text: String?, _ place: String) throws(MembersError) { try self.init(Self.parsed(text, place), place) }

    static func parsed(_ text: String?, _ place: String) throws(MembersError) -> JSON {
        guard let text else { throw MembersError(message: "\(place) is missing") }
        do { return try JSON(parsing: Array(text.utf8)) } catch {
            throw MembersError(message: "\(place) is not JSON: \(error.message)")
        }
    }

    func has(_ name: String) -> Bool { values[name] != nil }

    func string(_ name: String) throws(MembersError) -> String {
        guard case .string(let string)? = values[name] else { throw unexpected(name, "a string") }
        return string
    }

    func number(_ name: String) throws(MembersError) -> Double {
        guard let value = values[name] else { throw unexpected(name, "a number") }
        return try Self.number(value, "'\(name)' in \(place)")
    }

    func count(_ name: String) throws(MembersError) -> Int {
        guard let counts = wholeNumbers([try number(name)]), counts[0] >= 0 else { throw unexpected(name, "a count") }
        return counts[0]
    }

    func flag(_ name: String) throws(MembersError) -> Bool {
        guard case .bool(let flag)? = values[name] else { throw unexpected(name, "true or false") }
        return flag
    }

    func array(_ name: String) throws(MembersError) -> [JSON] {
        guard case .array(let items)? = values[name] else { throw unexpected(name, "an array") }
        return items
    }

    func object(_ name: String) throws(MembersError) -> [String: JSON] {
        guard case .object(let members)? = values[name] else { throw unexpected(name, "an object") }
        return members
    }

    /// A number, or the word for one that JSON lacks.
    static func number(_ value: JSON, _ place: String) throws(MembersError) -> Double {
        switch value {
        case .number(let number): return number
        case .string("nan"): return .nan
        case .string("inf"): return .infinity
        case .string("-inf"): return -.infinity
        default: throw MembersError(message: "\(place) is \(value.kind), and a number is wanted")
        }
    }

    static func numbers(_ value: JSON, _ place: String) throws(MembersError) -> [Double] {
        guard case .array(let items) = value else {
            throw MembersError(message: "\(place) is \(value.kind), and an array is wanted")
        }
        var numbers: [Double] = []
        for item in items { numbers.append(try number(item, place)) }
        return numbers
    }

    private func unexpected(_ name: String, _ wanted: String) -> MembersError {
        let found = values[name].map { "is \($0.kind)" } ?? "is missing"
        return MembersError(message: "'\(name)' in \(place) \(found), and \(wanted) is wanted")
    }
}
