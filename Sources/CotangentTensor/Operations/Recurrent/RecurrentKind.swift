/// What a plain recurrent network applies to W x + U h + b.
public enum RNNActivation: String, Sendable, CaseIterable {
    case tanh, relu, sigmoid

    func callAsFunction(_ x: Tensor) -> Tensor {
        switch self {
        case .tanh: CotangentTensor.tanh(x)
        case .relu: CotangentTensor.relu(x)
        case .sigmoid: CotangentTensor.sigmoid(x)
        }
    }
}

/// Where a GRU's reset gate acts: on U h + b, or on h before that product.
public enum GRUReset: String, Sendable, CaseIterable {
    /// n = tanh(W x + b + r ∗ (U h + c)): PyTorch's, cuDNN's and Keras' default, one product a step.
    case afterProduct
    /// n = tanh(W x + b + U (r ∗ h) + c): as Cho et al., 2014, have it.
    case beforeProduct
}

/// A recurrent cell's equations: see ``RNN``, ``LSTM`` and ``GRU``.
package enum RecurrentKind: Sendable, Equatable {
    case rnn(RNNActivation)
    case lstm
    case gru(GRUReset)

    /// How many blocks of `hiddenSize` rows the weights have.
    package var gates: Int {
        switch self {
        case .rnn: 1
        case .lstm: 4
        case .gru: 3
        }
    }

    var hasCell: Bool { self == .lstm }
}

/// The parameters of one layer in one direction.
package struct RecurrentWeights {
    /// W, [gates · hidden, input]
    package var input: Tensor
    /// U, [gates · hidden, output]
    package var recurrent: Tensor
    /// b and c, [gates · hidden]
    package var inputBias: Tensor?
    package var recurrentBias: Tensor?
    /// [output, hidden], of an LSTM whose outputs are projected
    package var projection: Tensor?

    package init(
        input: Tensor, recurrent: Tensor, inputBias: Tensor? = nil, recurrentBias: Tensor? = nil,
        projection: Tensor? = nil
    ) {
        self.input = input
        self.recurrent = recurrent
        self.inputBias = inputBias
        self.recurrentBias = recurrentBias
        self.projection = projection
    }

    var outputSize: Int { recurrent.shape[1] }
}
