import CotangentTensor

/// σ of y = σ(W̃ h + b̃): what stands behind the last product of a recurrent architecture.
public enum OutputActivation: Sendable {
    /// Nothing: logits for ``crossEntropy(_:_:ignoring:classWeights:labelSmoothing:reduction:)``, numbers for a
    /// regression.
    case none
    case sigmoid, tanh, relu
    /// Over the features.
    case softmax

    func callAsFunction(_ x: Tensor) -> Tensor {
        switch self {
        case .none: x
        case .sigmoid: CotangentTensor.sigmoid(x)
        case .tanh: CotangentTensor.tanh(x)
        case .relu: CotangentTensor.relu(x)
        case .softmax: CotangentTensor.softmax(x)
        }
    }
}

extension RecurrentLayer {
    /// The dtype of the parameters.
    var dtype: DType { initialState(batch: 1).hidden.dtype }
}
