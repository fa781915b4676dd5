import Cotangent

/// What the outputs of a model are to be: found in the samples when it is trained, followed when it is tried.
extension Objective {
    /// Classes, where the one target has as many different words or whole numbers as the model has outputs; numbers, where
    /// there are as many targets.
    init(_ samples: SampleFile, outputs: Int, path: String) throws {
        guard !samples.targets.isEmpty else {
            throw Problem(description: "\(path): say what to predict with --target (or --labels for IDX files).")
        }
        let names = samples.targets.map(\.name)
        if samples.targets.count == 1, let classes = samples.targets[0].classes, classes.count == outputs, outputs > 1 {
            self = .classification(classes: classes, target: names[0])
            return
        }
        if let words = samples.targets.first(where: { if case .words = $0.values { true } else { false } }) {
            let count = words.classes!.count
            throw Problem(
                description: count == 1
                    ? "\(path): '\(words.name)' is the same word in every row: there is nothing to tell apart."
                    : """
                    \(path): '\(words.name)' has \(count) classes, and the model \(outputs) outputs: a model for it ends \
                    in \(count).
                    """)
        }
        guard names.count == outputs else {
            let classes =
                names.count == 1 ? samples.targets[0].classes.map { "\($0.count) for its classes, or " } ?? "" : ""
            throw Problem(
                description: """
                    \(path): the model has \(outputs) outputs; to predict \(names.joined(separator: ", ")) it needs \
                    \(classes)\(names.count) for regression.
                    """)
        }
        self = .regression(targets: names)
    }

    /// The targets' names in a table.
    var targetNames: [String] {
        switch self {
        case .classification(_, let target): [target]
        case .regression(let targets): targets
        }
    }

    /// The samples' targets as a loss takes them: int64 [rows] for classes, float32 [rows, targets] for numbers.
    func tensor(_ samples: SampleFile, path: String) throws -> Tensor {
        let names = targetNames
        guard samples.targets.count == names.count else {
            throw Problem(
                description:
                    "\(path) has no column '\(names.first { name in !samples.targets.contains { $0.name == name } } ?? names[0])': name the one that holds what is predicted with --target."
            )
        }
        switch self {
        case .classification(let classes, _):
            var places: [String: Int] = [:]
            for (place, name) in classes.enumerated() where places.updateValue(place, forKey: name) != nil {
                throw Problem(description: "The model has two classes '\(name)': rows cannot be told to be of one.")
            }
            let labels = try samples.targets[0].labels.enumerated().map { row, label in
                guard let place = places[label] else {
                    throw Problem(
                        description: """
                            \(path): row \(row + 1) is of the class '\(label)', which the model does not know. It knows \
                            \(classes.joined(separator: ", ")).
                            """)
                }
                return place
            }
            return Tensor(labels)
        case .regression:
            let columns = try samples.targets.map { column in
                guard case .numbers(let numbers) = column.values else {
                    throw Problem(
                        description: "\(path): column '\(column.name)' holds words, and the model predicts numbers.")
                }
                return numbers
            }
            return stack(columns, axis: 1).cast(to: .float32)
        }
    }
}

extension SampleFile.TargetColumn {
    /// The different words, or whole numbers by size; nil where other numbers are among them.
    var classes: [String]? {
        switch values {
        case .words(let words): return Set(words).sorted()
        case .numbers(let numbers):
            let different = Set(numbers.doubles)
            guard different.allSatisfy({ Int(exactly: $0) != nil }) else { return nil }
            return different.sorted().map { "\(Int($0))" }
        }
    }

    /// Row by row, as ``classes`` has them.
    var labels: [String] {
        switch values {
        case .words(let words): words
        case .numbers(let numbers):
            numbers.doubles.map { number in Int(exactly: number).map(String.init) ?? "\(number)" }
        }
    }
}
