import CotangentData

/// What a model's outputs stand for.
public enum Objective: Sendable, Equatable {
    /// One logit for each class, under the classes' names; `target` is what they are classes of, a table's column say.
    case classification(classes: [String], target: String = "class")
    /// One number for each of these quantities.
    case regression(targets: [String])

    /// How many outputs it asks for.
    public var outputCount: Int {
        switch self {
        case .classification(let classes, _): classes.count
        case .regression(let targets): targets.count
        }
    }
}

extension Objective {
    var json: String {
        switch self {
        case .classification(let classes, let target):
            #"{"classes": \#(listing(classes)), "target": \#(JSON.quoted(target))}"#
        case .regression(let targets): #"{"targets": \#(listing(targets))}"#
        }
    }

    /// nil where the text says nothing of the kind.
    init?(json text: String) {
        guard let json = try? JSON(parsing: Array(text.utf8)), case .object(let members) = json else { return nil }
        if let classes = members["classes"].flatMap(strings), case .string(let target)? = members["target"] {
            self = .classification(classes: classes, target: target)
        } else if let targets = members["targets"].flatMap(strings) {
            self = .regression(targets: targets)
        } else {
            return nil
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
