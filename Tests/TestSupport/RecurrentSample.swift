import Cotangent

/// One of each kind of recurrent network.
public enum RecurrentSample: String, CaseIterable, Sendable, CustomStringConvertible {
    case tanh, relu, sigmoid, lstm, projected, gru, gruBefore

    public var description: String { rawValue }

    public static var cells: [RecurrentSample] { allCases.filter { $0 != .projected } }

    public var hasCell: Bool { self == .lstm || self == .projected }

    public func layer(
        _ inputSize: Int, _ hiddenSize: Int, layers: Int = 1, bias: Bool = true, dropout: Double = 0,
        bidirectional: Bool = false, initializer: RecurrentInitializer = RecurrentInitializer(),
        dtype: DType = .float64, seed: UInt64 = 1
    ) -> any RecurrentLayer {
        var generator = PhiloxGenerator(seed: seed)
        switch self {
        case .tanh, .relu, .sigmoid:
            return RNN(
                inputSize, hiddenSize, layers: layers, activation: RNNActivation(rawValue: rawValue)!, bias: bias,
                dropout: dropout, bidirectional: bidirectional, initializer: initializer, dtype: dtype,
                using: &generator)
        case .lstm, .projected:
            return LSTM(
                inputSize, hiddenSize, projectionSize: self == .projected ? (hiddenSize + 1) / 2 : nil, layers: layers,
                bias: bias, dropout: dropout, bidirectional: bidirectional, initializer: initializer, dtype: dtype,
                using: &generator)
        case .gru, .gruBefore:
            return GRU(
                inputSize, hiddenSize, reset: self == .gru ? .afterProduct : .beforeProduct, layers: layers, bias: bias,
                dropout: dropout, bidirectional: bidirectional, initializer: initializer, dtype: dtype,
                using: &generator)
        }
    }

    /// A cell of the same equations; a projected LSTM has none.
    public func cell(_ inputSize: Int, _ hiddenSize: Int, bias: Bool = true, dtype: DType = .float64)
        -> any RecurrentCell
    {
        var generator = PhiloxGenerator(seed: 2)
        switch self {
        case .tanh, .relu, .sigmoid:
            return RNNCell(
                inputSize, hiddenSize, activation: RNNActivation(rawValue: rawValue)!, bias: bias, dtype: dtype,
                using: &generator)
        case .lstm, .projected: return LSTMCell(inputSize, hiddenSize, bias: bias, dtype: dtype, using: &generator)
        case .gru, .gruBefore:
            return GRUCell(
                inputSize, hiddenSize, reset: self == .gru ? .afterProduct : .beforeProduct, bias: bias, dtype: dtype,
                using: &generator)
        }
    }

    /// Random numbers where `layer`'s state has zeros.
    public func state(_ layer: any RecurrentLayer, batch: Int, seed: UInt64 = 3) -> RecurrentState {
        var generator = PhiloxGenerator(seed: seed)
        let zeros = layer.initialState(batch: batch)
        func random(_ x: Tensor) -> Tensor { Tensor.normal(x.shape, dtype: x.dtype, using: &generator) * 0.5 }
        return RecurrentState(hidden: random(zeros.hidden), cell: zeros.cell.map(random))
    }
}

extension RecurrentState {
    /// h and, of an LSTM, c.
    public var tensors: [Tensor] { [hidden] + (cell.map { [$0] } ?? []) }

    public init(_ tensors: some Collection<Tensor>) {
        let tensors = Array(tensors)
        self.init(hidden: tensors[0], cell: tensors.count > 1 ? tensors[1] : nil)
    }
}
