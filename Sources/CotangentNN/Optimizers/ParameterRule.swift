import CotangentTensor

/// How the parameters of a name pattern are trained, where they differ from the rest.
public struct ParameterRule: Sendable, Hashable {
    /// `*` stands for any characters, dots too, `?` for one: "head.*", "*.bias".
    public var pattern: String
    /// nil for that of the rest.
    public var learningRate: Double?
    public var weightDecay: Double?

    public init(_ pattern: String, learningRate: Double? = nil, weightDecay: Double? = nil) {
        self.pattern = pattern
        self.learningRate = learningRate
        self.weightDecay = weightDecay
    }
}

extension Module {
    /// All parameters in groups for an optimizer: those that no rule is for first, with `learningRate` and `weightDecay`,
    /// then a group for each rule. A parameter goes by the first rule that its name is of.
    ///
    /// ```swift
    /// let optimizer = AdamW(
    ///     groups: model.parameterGroups(
    ///         learningRate: 1e-3, weightDecay: 0.01,
    ///         [ParameterRule("head.*", learningRate: 1e-2), ParameterRule("*.bias", weightDecay: 0)]))
    /// ```
    /// A rule that is left without parameters traps. A group for the rest is there only where there is a rest.
    public func parameterGroups(
        learningRate: Double, weightDecay: Double = 0, _ rules: [ParameterRule]
    ) -> [ParameterGroup] {
        let structure = Structure(of: self)
        var rest = structure.parameters
        let special = rules.map { rule in
            let chosen = Set(structure.parameters(rule.pattern, "parameterGroups").map(ObjectIdentifier.init))
            let own = rest.filter { chosen.contains(ObjectIdentifier($0.parameter)) }
            if own.isEmpty {
                fail("parameterGroups", "earlier rules have taken all parameters of the pattern '\(rule.pattern)'")
            }
            rest.removeAll { chosen.contains(ObjectIdentifier($0.parameter)) }
            return ParameterGroup(
                own, learningRate: rule.learningRate ?? learningRate, weightDecay: rule.weightDecay ?? weightDecay)
        }
        if rest.isEmpty { return special }
        return [ParameterGroup(rest, learningRate: learningRate, weightDecay: weightDecay)] + special
    }

    /// The same with learning rates alone: `model.parameterGroups(learningRate: 1e-3, [("head.*", 1e-2)])`.
    public func parameterGroups(
        learningRate: Double, weightDecay: Double = 0, _ rates: [(pattern: String, learningRate: Double)]
    ) -> [ParameterGroup] {
        parameterGroups(
            learningRate: learningRate, weightDecay: weightDecay,
            rates.map { ParameterRule($0.pattern, learningRate: $0.learningRate) })
    }
}
