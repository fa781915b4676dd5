import CotangentTensor

/// One input, one output: a recurrent network of a single step.
///
///     h = σ(W x + b + c),   y = σ(W̃ h + b̃)
///
/// x [batch, inputSize] → y [batch, outputSize]. With no step before it there is nothing to remember: U meets a hidden
/// state of 0, and the network is a traditional one with one hidden layer, which maps what it sees at once. Of an LSTM
/// or a GRU the gates remain.
///
/// ```swift
/// let model = OneToOne(RNN(4, 16, using: &generator), outputSize: 3, using: &generator)
/// let loss = crossEntropy(model(x), labels)
/// ```
public struct OneToOne<Recurrence: RecurrentLayer>: Layer {
    public let recurrence: Recurrence
    public let output: Linear
    public let activation: OutputActivation

    public init(
        _ recurrence: Recurrence, outputSize: Int, activation: OutputActivation = .none,
        using generator: inout PhiloxGenerator
    ) {
        self.recurrence = recurrence
        output = Linear(recurrence.outputSize, outputSize, dtype: recurrence.dtype, using: &generator)
        self.activation = activation
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        guard x.rank == 2 else {
            return reject(
                "OneToOne", "the input is \(x.summary), not [batch, \(recurrence.inputSize)]",
                meant: [x.shape.first ?? 1, output.weight.shape[0]], output.weight.dtype)
        }
        let hidden = recurrence(x.expandingAxis(0)).squeezed(axes: [0])
        return activation(output(hidden))
    }
}
