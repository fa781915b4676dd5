/// The recurrence as its equations say it, step by step, of operations that have their own pullbacks: the reference for
/// the fused form, and what is recorded where gradients of gradients may be taken.
struct ComposedRecurrence {
    let kind: RecurrentKind
    let plan: SequencePlan
    let weights: RecurrentWeights

    /// x [rows, input], h [batch, output], c [batch, hidden] → outputs [rows, output], c after each sequence's last step.
    func callAsFunction(
        _ x: Tensor, _ hidden: Tensor, _ cell: Tensor?, isReverse: Bool
    ) -> (outputs: Tensor, cell: Tensor?) {
        // W x + b for all steps
        let inputs = linear(x, weights.input, weights.inputBias)
        var (h, c) = isReverse ? (hidden[0..<0], cell?[0..<0]) : (hidden, cell)
        var outputs: [Tensor] = []
        var finals: [Tensor] = []
        for index in 0..<plan.steps {
            let step = isReverse ? plan.steps - 1 - index : index
            let count = plan.rowCounts[step]
            if count < h.shape[0] {
                // The last of them ended at the step before.
                if let c { finals.append(c[count...]) }
                (h, c) = (h[..<count], c?[..<count])
            } else if count > h.shape[0] {
                // Read backward, a sequence begins at its end.
                let new = h.shape[0]..<count
                (h, c) = (concatenate([h, hidden[new]]), c.map { concatenate([$0, cell![new]]) })
            }
            (h, c) = self.step(inputs[plan.rows(step)], h, c)
            outputs.append(h)
        }
        if let c { finals.append(c) }
        if isReverse { outputs.reverse() }
        return (concatenate(outputs), cell.map { _ in concatenate(finals.reversed()) })
    }

    /// One step from W x + b.
    private func step(_ input: Tensor, _ h: Tensor, _ c: Tensor?) -> (h: Tensor, c: Tensor?) {
        let size = input.shape[1] / kind.gates
        func gate(_ x: Tensor, _ index: Int) -> Tensor { x[0..., (index * size)..<((index + 1) * size)] }
        switch kind {
        case .rnn(let activation):
            return (activation(input + linear(h, weights.recurrent, weights.recurrentBias)), nil)
        case .lstm:
            let gates = input + linear(h, weights.recurrent, weights.recurrentBias)
            let (i, f) = (sigmoid(gate(gates, 0)), sigmoid(gate(gates, 1)))
            let (g, o) = (tanh(gate(gates, 2)), sigmoid(gate(gates, 3)))
            let c = f * c! + i * g
            let h = o * tanh(c)
            return (weights.projection.map { linear(h, $0) } ?? h, c)
        case .gru(.afterProduct):
            let products = linear(h, weights.recurrent, weights.recurrentBias)
            let r = sigmoid(gate(input, 0) + gate(products, 0))
            let z = sigmoid(gate(input, 1) + gate(products, 1))
            let n = tanh(gate(input, 2) + r * gate(products, 2))
            return (n + z * (h - n), nil)
        case .gru(.beforeProduct):
            let (weight, bias) = (weights.recurrent, weights.recurrentBias)
            let gates = sigmoid(input[0..., ..<(2 * size)] + linear(h, weight[..<(2 * size)], bias?[..<(2 * size)]))
            let (r, z) = (gate(gates, 0), gate(gates, 1))
            let n = tanh(gate(input, 2) + linear(r * h, weight[(2 * size)...], bias?[(2 * size)...]))
            return (n + z * (h - n), nil)
        }
    }
}
