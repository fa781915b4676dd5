import CotangentData
import CotangentTensor

/// One layer of an ``Architecture``: what kind it is and its options, as a JSON file says them.
package struct LayerDescription: Sendable {
    package let kind: String
    private let options: [String: JSON]

    init(_ kind: String, _ options: [String: JSON] = [:]) {
        self.kind = kind
        self.options = options
    }

    /// `"relu"` or `{"type": "linear", "outputs": 10}`.
    init(_ json: JSON) throws(ArchitectureError) {
        switch json {
        case .string(let kind): self.init(kind)
        case .object(var members):
            guard case .string(let kind)? = members.removeValue(forKey: "type") else {
                throw ArchitectureError("a layer's object must have the member \"type\", the name of its kind")
            }
            self.init(kind, members)
        default:
            throw ArchitectureError("\(json.kind) stands where a layer is wanted: its name, or an object with \"type\"")
        }
    }

    var json: String {
        if options.isEmpty { return JSON.quoted(kind) }
        let members = options.sorted { $0.key < $1.key }.map { "\(JSON.quoted($0.key)): \($0.value.text)" }
        return "{\(([#""type": "# + JSON.quoted(kind)] + members).joined(separator: ", "))}"
    }

    /// Refuses what the kind does not know: a misspelt option would silently be its default.
    func allow(_ names: [String]) throws(ArchitectureError) {
        for name in options.keys.sorted() where !names.contains(name) {
            let known = names.isEmpty ? "no options" : "the options \(names.joined(separator: ", "))"
            throw ArchitectureError("'\(kind)' has no option '\(name)'; it takes \(known)")
        }
    }

    func has(_ name: String) -> Bool { options[name] != nil }

    /// A whole number of 1 to 2²⁴; without a default it must be given.
    func count(_ name: String, default standard: Int? = nil) throws(ArchitectureError) -> Int {
        guard let value = options[name] else {
            guard let standard else { throw ArchitectureError("'\(kind)' needs the option '\(name)', a whole number") }
            return standard
        }
        return try whole(value, name, 1)
    }

    func number(_ name: String, in range: ClosedRange<Double>, default standard: Double) throws(ArchitectureError)
        -> Double
    {
        guard let value = options[name] else { return standard }
        guard case .number(let number) = value, range.contains(number) else {
            throw ArchitectureError(
                "'\(name)' of '\(kind)' is \(value.text); it must be a number of \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }

    func flag(_ name: String, default standard: Bool) throws(ArchitectureError) -> Bool {
        guard let value = options[name] else { return standard }
        guard case .bool(let flag) = value else {
            throw ArchitectureError("'\(name)' of '\(kind)' is \(value.text); it must be true or false")
        }
        return flag
    }

    /// One number for all of `axes` axes, or a list of one for each.
    func size(_ name: String, axes: Int, from least: Int = 1, default standard: SpatialSize? = nil)
        throws(ArchitectureError) -> SpatialSize
    {
        guard let value = options[name] else {
            guard let standard else { throw ArchitectureError("'\(kind)' needs the option '\(name)'") }
            return standard
        }
        guard case .array(let values) = value else { return SpatialSize(try whole(value, name, least)) }
        guard values.count == axes else {
            throw ArchitectureError("'\(name)' of '\(kind)' has \(values.count) numbers; there are \(axes) axes")
        }
        var lengths: [Int] = []
        for value in values { lengths.append(try whole(value, name, least)) }
        return SpatialSize(lengths)
    }

    /// `"same"`, or a number, or a list of one for each axis.
    func padding(axes: Int) throws(ArchitectureError) -> Padding {
        if case .string(let word)? = options["padding"] {
            guard word == "same" else {
                throw ArchitectureError(
                    "'padding' of '\(kind)' is \(JSON.quoted(word)); the only word for it is \"same\"")
            }
            return .same
        }
        return Padding(try size("padding", axes: axes, from: 0, default: 0))
    }

    private func whole(_ value: JSON, _ name: String, _ least: Int) throws(ArchitectureError) -> Int {
        guard case .number(let number) = value, let whole = Int(exactly: number), (least...1 << 24).contains(whole)
        else {
            throw ArchitectureError(
                "'\(name)' of '\(kind)' is \(value.text); it must be a whole number of \(least) to \(1 << 24)")
        }
        return whole
    }
}
