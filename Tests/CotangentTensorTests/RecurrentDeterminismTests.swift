import Cotangent
import TestSupport
import Testing

extension DeterminismTests {
    struct Recurrence: Sendable, CustomStringConvertible {
        var time: Int
        var batch: Int
        var input: Int
        var hidden: Int
        var description: String { "time \(time), batch \(batch), \(input) → \(hidden)" }
    }

    /// Wide batches and wide states, one sequence and many, about vector widths and far above: what decides how products
    /// and gates are cut.
    static let recurrences = [
        Recurrence(time: 9, batch: 33, input: 20, hidden: 70), Recurrence(time: 5, batch: 3, input: 40, hidden: 300),
        Recurrence(time: 4, batch: 1, input: 300, hidden: 257), Recurrence(time: 40, batch: 130, input: 9, hidden: 17),
        Recurrence(time: 3, batch: 64, input: 64, hidden: 256),
    ]

    /// The same bits at 1, 2 and 4 threads: outputs, final state, and gradients of input, initial state and parameters.
    @Test(arguments: recurrences, RecurrentSample.allCases) func recurrent(
        _ test: Recurrence, _ sample: RecurrentSample
    ) {
        for dtype in [DType.float32, .float64] {
            for (bidirectional, padded) in [(false, false), (true, true)] {
                let layer = sample.layer(test.input, test.hidden, layers: 2, bidirectional: bidirectional, dtype: dtype)
                var generator = PhiloxGenerator(seed: 6)
                let x = Tensor.normal([test.time, test.batch, test.input], dtype: dtype, using: &generator)
                let u = Tensor.normal([test.time, test.batch, layer.outputSize], dtype: dtype, using: &generator)
                let state = sample.state(layer, batch: test.batch)
                let lengths = padded ? (0..<test.batch).map { 1 + $0 * 5 % test.time } : nil
                expectSame("\(dtype), \(bidirectional), \(padded)") {
                    let (outputs, end) = layer(x, state: state, lengths: lengths)
                    func loss(_ inputs: [Tensor]) -> Tensor {
                        let (y, end) = layer(inputs[0], state: RecurrentState(inputs[1...]), lengths: lengths)
                        return end.tensors.reduce(sum(y * u)) { $0 + sum(square($1)) }
                    }
                    let inputs = [x] + state.tensors
                    let own = valueAndGradients(of: layer) { loss(inputs) }.gradients
                    return [outputs] + end.tensors + valueAndGradient(at: inputs, of: loss).gradients
                        + layer.parameters.map { own[$0]! }
                }
            }
        }
    }
}
