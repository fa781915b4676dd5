import CotangentTensor

extension Module {
    /// Takes the parameters whose names `isIncluded` out of training: they get no gradient and are not changed.
    public func freeze(where isIncluded: (String) -> Bool = { _ in true }) { setTrainable(false, isIncluded) }

    /// Puts frozen parameters back into training.
    public func unfreeze(where isIncluded: (String) -> Bool = { _ in true }) { setTrainable(true, isIncluded) }

    /// Takes the parameters whose names are of one of the patterns out of training.
    ///
    /// ```swift
    /// model.freeze(matching: "body.*", "*.bias")
    /// ```
    /// `*` stands for any characters, dots too, `?` for one. A pattern that no parameter's name is of traps. What a frozen
    /// batch normalisation follows, the running mean and variance, are no parameters: in training mode they go on to change.
    public func freeze(matching patterns: String...) { setTrainable(false, "freeze", patterns) }

    /// Puts the parameters whose names are of one of the patterns back into training.
    public func unfreeze(matching patterns: String...) { setTrainable(true, "unfreeze", patterns) }

    private func setTrainable(_ isTrainable: Bool, _ isIncluded: (String) -> Bool) {
        for (name, parameter) in namedParameters where isIncluded(name) { parameter.isTrainable = isTrainable }
    }

    private func setTrainable(_ isTrainable: Bool, _ operation: String, _ patterns: [String]) {
        let structure = Structure(of: self)
        for pattern in patterns {
            for parameter in structure.parameters(pattern, operation) { parameter.isTrainable = isTrainable }
        }
    }
}

extension Structure {
    /// The parameters with a name of `pattern`; none is refused.
    func parameters(_ pattern: String, _ operation: String) -> [Parameter] {
        let names = allNames
        let found = parameters.filter { _, parameter in
            names[ObjectIdentifier(parameter)]!.contains { matches($0, pattern: pattern) }
        }
        if found.isEmpty {
            fail(
                operation,
                "no parameter's name is of the pattern '\(pattern)'; the model has \(parameters.map(\.name).joined(separator: ", "))"
            )
        }
        return found.map(\.parameter)
    }
}
