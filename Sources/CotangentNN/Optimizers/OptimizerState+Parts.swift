import CotangentTensor

/// The state taken apart, so that a file can hold it: words, numbers and named tensors.
extension OptimizerState {
    /// The parameters' names in their order; nil where one is not known.
    public var names: [String?] { parameters.map(\.name) }

    /// All numbers by name: "options.beta1", "groups.0.learningRate", "groups.0.weightDecay", "groups.0.parameterCount",
    /// "parameters.3.steps".
    public var numbers: [String: Double] {
        var numbers: [String: Double] = [:]
        for (name, value) in options { numbers["options.\(name)"] = value }
        for (index, group) in groups.enumerated() {
            numbers["groups.\(index).learningRate"] = group.learningRate
            numbers["groups.\(index).weightDecay"] = group.weightDecay
            numbers["groups.\(index).parameterCount"] = Double(group.parameterCount)
        }
        for (index, entry) in parameters.enumerated() { numbers["parameters.\(index).steps"] = Double(entry.steps) }
        return numbers
    }

    /// All tensors in the order of the parameters, by the parameter's position: "3.exp_avg".
    public var tensors: [(name: String, tensor: Tensor)] {
        parameters.enumerated().flatMap { index, entry in
            entry.tensors.sorted { $0.key < $1.key }.map { ("\(index).\($0.key)", $0.value) }
        }
    }

    /// A state from its parts. What stands in them may come from a file: nothing of it is trusted.
    ///
    /// - Throws: ``OptimizerStateError``, which lists every number that is missing, unexpected or impossible, and every
    ///   tensor of no parameter. Whether the state fits an optimizer is seen by ``Optimizer/restore(_:)``.
    public init(
        kind: String, names: [String?], numbers: [String: Double], tensors: [(name: String, tensor: Tensor)]
    ) throws(OptimizerStateError) {
        var parts = Parts(numbers)
        var options: [String: Double] = [:]
        for key in numbers.keys where key.hasPrefix("options.") {
            options[String(key.dropFirst("options.".count))] = parts.take(key)
        }
        var groups: [Group] = []
        while groups.isEmpty || numbers["groups.\(groups.count).learningRate"] != nil {
            let prefix = "groups.\(groups.count)"
            groups.append(
                Group(
                    learningRate: parts.take("\(prefix).learningRate"),
                    weightDecay: parts.take("\(prefix).weightDecay"),
                    parameterCount: parts.takeCount("\(prefix).parameterCount")))
        }
        var entries = names.enumerated().map { index, name in
            Entry(name: name, steps: parts.takeCount("parameters.\(index).steps"))
        }
        for (name, tensor) in tensors {
            guard let dot = name.firstIndex(of: "."), let index = Int(name[..<dot]), entries.indices.contains(index),
                entries[index].tensors.updateValue(tensor, forKey: String(name[name.index(after: dot)...])) == nil
            else {
                parts.error.unexpected.append(name)
                continue
            }
        }
        parts.error.unexpected += parts.rest.sorted()
        guard parts.error.isEmpty else { throw parts.error }
        self.init(kind: kind, options: options, groups: groups, parameters: entries)
    }

    /// Numbers that are taken one by one.
    private struct Parts {
        private let numbers: [String: Double]
        private(set) var rest: Set<String>
        var error = OptimizerStateError()

        init(_ numbers: [String: Double]) {
            self.numbers = numbers
            rest = Set(numbers.keys)
        }

        mutating func take(_ name: String) -> Double {
            rest.remove(name)
            guard let number = numbers[name] else {
                error.missing.append(name)
                return 0
            }
            if !number.isFinite { error.mismatched.append("\(name) is \(number), not a number") }
            return number
        }

        mutating func takeCount(_ name: String) -> Int {
            let number = take(name)
            guard let count = Int(exactly: number), count >= 0 else {
                if number.isFinite { error.mismatched.append("\(name) is \(number), not a count") }
                return 0
            }
            return count
        }
    }
}
