import CotangentTensor

/// Parameters that are trained alike.
public struct ParameterGroup: Sendable {
    public let parameters: [Parameter]
    /// The parameters' names in the model; empty where they are not known.
    public let names: [String]
    public var learningRate: Double
    public var weightDecay: Double

    public init(_ parameters: [Parameter], learningRate: Double, weightDecay: Double = 0) {
        self.parameters = parameters
        names = []
        self.learningRate = learningRate
        self.weightDecay = weightDecay
    }

    /// Parameters with their names in the model, by which ``OptimizerState`` calls them.
    ///
    /// ```swift
    /// ParameterGroup(model.namedParameters.filter { $0.name.hasSuffix("bias") }, learningRate: 0.1)
    /// ```
    public init(
        _ parameters: [(name: String, parameter: Parameter)], learningRate: Double, weightDecay: Double = 0
    ) {
        self.parameters = parameters.map(\.parameter)
        names = parameters.map(\.name)
        self.learningRate = learningRate
        self.weightDecay = weightDecay
    }
}

extension Structure {
    /// All parameters, trained alike.
    func group(_ learningRate: Double, _ weightDecay: Double) -> ParameterGroup {
        ParameterGroup(parameters, learningRate: learningRate, weightDecay: weightDecay)
    }
}
