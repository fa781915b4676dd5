/// A layer of a recurrent network over a batch of sequences, in one direction or, with two sets of weights, in both.
///
/// x is [rows, input] as `plan` orders them, hidden [directions, batch, output], cell [directions, batch, hidden] for an
/// LSTM; zeros where nil. The result: outputs [rows, directions · output], and the cell state behind each sequence's last
/// step (its first, read backward) where it is asked for. Shapes must have been checked.
package func recurrence(
    _ kind: RecurrentKind, _ x: Tensor, _ plan: SequencePlan, hidden: Tensor?, cell: Tensor?,
    _ weights: [RecurrentWeights], wantsCell: Bool
) -> (outputs: Tensor, cell: Tensor?) {
    let call = RecurrentCall(kind: kind, plan: plan, wantsCell: wantsCell, weights: weights)
    // On shapes alone no step is taken.
    if !x.isAbstract, kind == .gru(.beforeProduct) || Tape.isNested || plan.rowCount == 0 {
        return call.composed(x, hidden, cell, weights)
    }
    let inputs = [x, hidden, cell].compactMap { $0 } + weights.flatMap(\.tensors)
    let tape = Tape.recording(inputs)
    let run = RecurrentRun(
        kind, x, plan, hidden: hidden, cell: cell, weights, wantsCells: wantsCell, keeps: tape != nil)
    guard let tape, !run.result.isAbstract else { return call.split(run.result) }
    // The places of x, hidden and cell are fixed for the fused form.
    let needs =
        [x, hidden, cell].map { $0.map(tape.tracks) ?? false } + weights.flatMap(\.tensors).map(tape.tracks)
    let absent = [hidden == nil, cell == nil]
    let result = tape.record(call.name, run.result, inputs) { dy in
        if Tape.isRecording { return call.recordedPullback(dy, inputs, absent) }
        var cotangents = run.pullback(dy, needs: needs)
        if absent[1] { cotangents.remove(at: 2) }
        if absent[0] { cotangents.remove(at: 1) }
        return cotangents
    }
    return call.split(result)
}

/// What does not change from the fused form to the composed one.
private struct RecurrentCall {
    let kind: RecurrentKind
    let plan: SequencePlan
    let wantsCell: Bool
    let weights: [RecurrentWeights]

    var name: StaticString {
        switch kind {
        case .rnn: "rnn"
        case .lstm: "lstm"
        case .gru: "gru"
        }
    }

    private var outputSize: Int { weights[0].outputSize }
    private var hiddenSize: Int { weights[0].input.shape[0] / kind.gates }

    /// Outputs and last cells from one run of memory.
    func split(_ result: Tensor) -> (outputs: Tensor, cell: Tensor?) {
        let width = weights.count * outputSize
        let shape: Shape = [plan.rowCount, width]
        guard wantsCell, kind.hasCell else { return (result.reshaped(shape), nil) }
        let count = plan.rowCount * width
        return (
            result[..<count].reshaped(shape),
            result[count...].reshaped([weights.count, plan.batch, hiddenSize])
        )
    }

    func composed(
        _ x: Tensor, _ hidden: Tensor?, _ cell: Tensor?, _ weights: [RecurrentWeights]
    ) -> (outputs: Tensor, cell: Tensor?) {
        let hidden = hidden ?? Tensor.zeros([weights.count, plan.batch, outputSize], dtype: x.dtype)
        let cell =
            cell ?? (kind.hasCell ? Tensor.zeros([weights.count, plan.batch, hiddenSize], dtype: x.dtype) : nil)
        let directions = weights.enumerated().map { direction, weights in
            ComposedRecurrence(kind: kind, plan: plan, weights: weights)(
                x, hidden[direction], cell?[direction], isReverse: direction == 1)
        }
        let outputs =
            directions.count == 1 ? directions[0].outputs : concatenate(directions.map(\.outputs), axis: 1)
        return (outputs, wantsCell && kind.hasCell ? stack(directions.map { $0.cell! }) : nil)
    }

    /// The pullback as operations, so that it can be recorded as a function of dy.
    func recordedPullback(_ dy: Tensor, _ inputs: [Tensor], _ absent: [Bool]) -> [Tensor?] {
        let (_, pullback) = vjp(at: inputs.map(\.detached)) { inputs in
            var place = 1
            func next(_ isAbsent: Bool) -> Tensor? {
                if isAbsent { return nil }
                defer { place += 1 }
                return inputs[place]
            }
            let (hidden, cell) = (next(absent[0]), next(absent[1]))
            let weights = self.weights.map { $0.replaced(inputs, &place) }
            let (outputs, last) = composed(inputs[0], hidden, cell, weights)
            return last.map { concatenate([outputs.flattened, $0.flattened]) } ?? outputs.flattened
        }
        return pullback(dy)
    }
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
