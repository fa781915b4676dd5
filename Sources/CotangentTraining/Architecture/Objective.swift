import CotangentData

/// What a model's outputs stand for.
public enum Objective: Sendable, Equatable {
    /// One logit for each class, under the classes' names.
    case classification(classes: [String])
    /// One number for each of these quantities.
    case regression(targets: [String])

    /// How many outputs it asks for.
    public var outputCount: Int {
        switch self {
        case .classification(let classes): classes.count
        case .regression(let targets): targets.count
        }
    }
}

extension Objective {
    var json: String {
        switch self {
        case .classification(let classes): #"{"classes": \#(listing(classes))}"#
        case .regression(let targets): #"{"targets": \#(listing(targets))}"#
        }
    }

    /// nil where the text says nothing of the kind.
    init?(json text: String) {
        guard let json = try? JSON(parsing: Array(text.utf8)), case .object(let members) = json, members.count == 1,
            let (name, value) = members.first, let names = strings(value)
        else { return nil }
        switch name {
        case "classes": self = .classification(classes: names)
        case "targets": self = .regression(targets: names)
        default: return nil
        }
    }
}

func listing(_ names: [String]) -> String { "[\(names.map(JSON.quoted).joined(separator: ", "))]" }

/// The strings of an array; nil where it is anything else.
func strings(_ json: JSON) -> [String]? {
    guard case .array(let items) = json else { return nil }
    var result: [String] = []
    for item in items {
        guard case .string(let string) = item else { return nil }
        result.append(string)
    }
    return result
}
