import CotangentTensor

/// What the steps of an optimizer have left behind: running means, momentum, step counts, learning rates. With it, the
/// model's ``Snapshot`` and the same gradients, training goes on as if it had never stopped, bit for bit.
///
/// ```swift
/// let (weights, state) = (model.snapshot(), optimizer.state)
/// // … train on, or start anew in another process …
/// try model.restore(weights)
/// try optimizer.restore(state)
/// ```
/// For a file it is taken apart into ``kind``, ``names``, ``numbers`` and ``tensors``, and put together from them.
public struct OptimizerState: Sendable, Equatable {
    /// A group of parameters that are trained alike.
    public struct Group: Sendable, Equatable {
        public var learningRate: Double
        public var weightDecay: Double
        /// How many parameters it has: they follow one another in ``OptimizerState/parameters``.
        public var parameterCount: Int

        public init(learningRate: Double, weightDecay: Double, parameterCount: Int) {
            self.learningRate = learningRate
            self.weightDecay = weightDecay
            self.parameterCount = parameterCount
        }
    }

    /// What is kept for one parameter.
    public struct Entry: Sendable, Equatable {
        /// Its name in the model, where the optimizer knows it.
        public var name: String?
        /// The steps that it has taken.
        public var steps: Int
        /// Under PyTorch's names, "exp_avg" say; each of the parameter's shape and dtype. Empty before the first step.
        public var tensors: [String: Tensor]

        public init(name: String? = nil, steps: Int, tensors: [String: Tensor] = [:]) {
            self.name = name
            self.steps = steps
            self.tensors = tensors
        }
    }

    /// The optimizer's type: "Adam".
    public var kind: String
    /// What was fixed when it was made, "beta1" say; flags are 0 or 1.
    public var options: [String: Double]
    public var groups: [Group]
    /// One for each parameter, in the order of the groups.
    public var parameters: [Entry]

    public init(kind: String, options: [String: Double] = [:], groups: [Group], parameters: [Entry]) {
        self.kind = kind
        self.options = options
        self.groups = groups
        self.parameters = parameters
    }
}

/// An optimizer's state that does not fit the optimizer, or that cannot be put together.
public struct OptimizerStateError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is not there.
    public var missing: [String] = []
    /// What is there and has no place.
    public var unexpected: [String] = []
    /// What differs, with both sides.
    public var mismatched: [String] = []

    var isEmpty: Bool { missing.isEmpty && unexpected.isEmpty && mismatched.isEmpty }

    public var description: String {
        var parts: [String] = []
        if !mismatched.isEmpty { parts.append(mismatched.joined(separator: "; ")) }
        if !missing.isEmpty { parts.append("missing: \(missing.joined(separator: ", "))") }
        if !unexpected.isEmpty { parts.append("unexpected: \(unexpected.joined(separator: ", "))") }
        return "the state does not fit the optimizer, which was left as it was. " + parts.joined(separator: ". ")
    }
}
