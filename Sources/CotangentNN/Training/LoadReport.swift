/// What a load passes over instead of refusing it.
public struct LoadAllowance: OptionSet, Sendable, Hashable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Names that the model has and the snapshot lacks: they keep their values.
    public static let missing = LoadAllowance(rawValue: 1)
    /// Names that the snapshot has and the model lacks.
    public static let unexpected = LoadAllowance(rawValue: 2)
    /// Names with another shape or dtype: they keep their values.
    public static let mismatched = LoadAllowance(rawValue: 4)
    /// float64 in the snapshot for float32 in the model, or the other way round: the values are converted.
    public static let conversion = LoadAllowance(rawValue: 8)
    /// A part of the model from a part of the snapshot: ``missing``, ``unexpected`` and ``mismatched``.
    public static let partial: LoadAllowance = [.missing, .unexpected, .mismatched]
}

/// What a load did, name by name. Printed, it lists what there is to list.
public struct LoadReport: Sendable, Equatable, CustomStringConvertible {
    /// Names in the model that have values of the snapshot now; a parameter that has several, by the first.
    public var loaded: [String] = []
    /// Those among them whose values were converted to the model's dtype.
    public var converted: [String] = []
    /// Names in the model that kept their values: the snapshot lacks them.
    public var missing: [String] = []
    /// Names in the snapshot that the model lacks.
    public var unexpected: [String] = []
    /// Names whose dtypes or shapes differ, with both; they kept their values.
    public var mismatched: [String] = []
    /// Names in the snapshot that `renaming` gave nil for.
    public var leftOut: [String] = []

    public var description: String {
        var lines = ["\(loaded.count) tensor\(loaded.count == 1 ? "" : "s") loaded"]
        func list(_ title: String, _ names: [String], _ separator: String = ", ") {
            if !names.isEmpty { lines.append("\(title): \(names.joined(separator: separator))") }
        }
        list("converted", converted)
        list("missing in the snapshot, left as they were", missing)
        list("not in the model", unexpected)
        list("of another shape or dtype, left as they were", mismatched, "; ")
        list("left out", leftOut)
        return lines.joined(separator: "\n")
    }
}
