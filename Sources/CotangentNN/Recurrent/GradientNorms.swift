import CotangentTensor

/// How much a loss depends on what a recurrent network held and read at each step: see
/// ``gradientNormsByStep(of:_:state:loss:)``. All arrays have one element a step of the sequence, the first step first.
public struct GradientNorms: Sendable, Hashable {
    /// ‖∂L/∂h⁽ᵗ⁾‖ of the hidden state behind step t, through all that comes after.
    public var hidden: [Double]
    /// ‖∂L/∂c⁽ᵗ⁾‖ of an LSTM's cell as later steps read it, h⁽ᵗ⁾ held: 0 at the last step. nil for others.
    public var cell: [Double]?
    /// ‖∂L/∂x⁽ᵗ⁾‖ of the step's input.
    public var input: [Double]
}

/// The norms of a loss's gradients by time step: where they fall towards 0 the way back, the network cannot learn what
/// lies that far apart; where they grow, learning is not stable.
///
/// ```swift
/// let rnn = RNN(8, 64, dtype: .float64, using: &generator)
/// let norms = gradientNormsByStep(of: rnn, x) { y in sum(square(y[-1])) }     // a loss of the last output alone
/// norms.hidden     // from the first step to the last: 1e-27, …, 3.2
/// ```
/// The layer runs one step after the other, with a variable of zeros added to the state behind each: their gradients are
/// those sought, of all layers, the whole batch and all features as one vector. They fall below what float32 can
/// hold within some 150 steps of an untrained ``RNN``. (S. Hochreiter, 1991; Y. Bengio, P. Simard, P. Frasconi, "Learning
/// long-term dependencies with gradient descent is difficult", 1994; R. Pascanu, T. Mikolov, Y. Bengio, "On the
/// difficulty of training recurrent neural networks", 2013.)
///
/// - Parameters:
///   - layer: reads forward only; otherwise it traps. Its output must be its deepest hidden state, as that of ``RNN``,
///     ``LSTM`` and ``GRU`` is.
///   - x: [time, batch, inputSize] with at least one step.
///   - state: where the sequences begin; zeros by default.
///   - loss: of the outputs [time, batch, outputSize]; one element.
public func gradientNormsByStep(
    of layer: some RecurrentLayer, _ x: Tensor, state: RecurrentState? = nil, loss: (Tensor) -> Tensor
) -> GradientNorms {
    guard x.rank == 3, x.shape[0] > 0 else {
        fail("gradientNormsByStep", "the input is \(x.summary), not [time, batch, features] with at least one step")
    }
    let steps = x.shape[0]
    let start = state ?? layer.initialState(batch: x.shape[1])
    var variables = [Tensor](repeating: Tensor.zeros(like: start.hidden), count: steps)
    if let cell = start.cell { variables += [Tensor](repeating: Tensor.zeros(like: cell), count: steps) }
    variables += (0..<steps).map { x[$0] }

    let (_, gradients) = valueAndGradient(at: variables) { variables in
        let inputs = variables.suffix(steps)
        var state = start
        var outputs: [Tensor] = []
        for (step, input) in inputs.enumerated() {
            var next = layer.step(input, state: state).state
            next.hidden = next.hidden + variables[step]
            next.cell = next.cell.map { $0 + variables[steps + step] }
            // The output, which has its variable like all that reads the state.
            outputs.append(next.hidden[-1])
            state = next
        }
        return loss(stack(outputs))
    }
    let norms = gradients.map { sum(square($0)).item.squareRoot() }
    return GradientNorms(
        hidden: Array(norms[..<steps]), cell: start.cell.map { _ in Array(norms[steps..<2 * steps]) },
        input: Array(norms.suffix(steps)))
}
