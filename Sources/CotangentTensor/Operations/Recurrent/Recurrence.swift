/// A layer of a recurrent network over a batch of sequences, in one direction or, with two sets of weights, in both.
///
/// x is [rows, input] as `plan` orders them, hidden [directions, batch, output], cell [directions, batch, hidden] for an
/// LSTM. The result: outputs [rows, directions · output], and the cell state behind each sequence's last step (its
/// first, read backward) where it is asked for. Shapes must have been checked.
package func recurrence(
    _ kind: RecurrentKind, _ x: Tensor, _ plan: SequencePlan, hidden: Tensor, cell: Tensor?,
    _ weights: [RecurrentWeights], wantsCell: Bool
) -> (outputs: Tensor, cell: Tensor?) {
    let directions = weights.enumerated().map { direction, weights in
        ComposedRecurrence(kind: kind, plan: plan, weights: weights)(
            x, hidden[direction], cell?[direction], isReverse: direction == 1)
    }
    if directions.count == 1 { return (directions[0].outputs, directions[0].cell?.expandingAxis(0)) }
    return (
        concatenate(directions.map(\.outputs), axis: 1),
        cell == nil ? nil : stack(directions.map { $0.cell! })
    )
}

extension SequencePlan {
    /// The hidden state behind each sequence's last step (its first, read backward), [directions, batch, output], from
    /// a layer's outputs.
    package func lastHidden(_ outputs: Tensor, directions: Int) -> Tensor {
        let size = outputs.shape[1] / directions
        let forward = outputs[0..., ..<size]
        let last = isEven ? forward[rows(steps - 1)] : gather(forward, Tensor(lastRows))
        if directions == 1 { return last.expandingAxis(0) }
        return stack([last, outputs[0..<batch, size...]])
    }
}
