import CotangentTensor

/// The state in which a recurrent network begins, made of a vector: an image's features, the code of a style, what an
/// encoder has read.
///
///     h⁽⁰⁾ = tanh(Wₕ v + bₕ),   c⁽⁰⁾ = W_c v + b_c
///
/// v [batch, inputSize] → states of all layers. Parameters: `hidden.weight` [layers · output, inputSize],
/// `hidden.bias`, and of an LSTM `cell.weight`, `cell.bias`.
public struct InitialState: Module {
    public let hidden: Linear
    public let cell: Linear?
    private let depth: Int

    /// For `recurrence`, which begins in that state.
    public init(_ inputSize: Int, for recurrence: some RecurrentLayer, using generator: inout PhiloxGenerator) {
        let zeros = recurrence.initialState(batch: 1)
        depth = zeros.hidden.shape[0]
        let dtype = zeros.hidden.dtype
        hidden = Linear(inputSize, zeros.hidden.count, dtype: dtype, using: &generator)
        cell = zeros.cell.map { Linear(inputSize, $0.count, dtype: dtype, using: &generator) }
    }

    public func callAsFunction(_ vector: Tensor) -> RecurrentState {
        RecurrentState(hidden: layered(tanh(hidden(vector))), cell: cell.map { layered($0(vector)) })
    }

    /// [batch, layers · size] → [layers, batch, size]
    private func layered(_ x: Tensor) -> Tensor {
        x.reshaped([x.shape[0], depth, x.shape[x.rank - 1] / depth]).swappingAxes(0, 1)
    }
}
