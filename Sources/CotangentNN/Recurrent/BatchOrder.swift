import CotangentTensor

/// A padded batch as a ``SequencePlan`` wants it, and back: from the longest sequence to the shortest, without the padding.
struct BatchOrder {
    let plan: SequencePlan
    /// The sequences of the batch, from the longest to the shortest.
    private let sequences: [Int]
    /// For each kept row, its place in [time · batch].
    private let places: Tensor

    init(_ lengths: [Int]) {
        sequences = lengths.indices.sorted { (lengths[$0], $1) > (lengths[$1], $0) }
        let plan = SequencePlan(descendingLengths: sequences.map { lengths[$0] })
        self.plan = plan
        var places: [Int] = []
        places.reserveCapacity(plan.rowCount)
        for (step, count) in plan.rowCounts.enumerated() {
            for sequence in sequences[..<count] { places.append(step * lengths.count + sequence) }
        }
        self.places = Tensor(places)
    }

    /// [time, batch, features] → [rows, features]
    func packed(_ x: Tensor) -> Tensor {
        // Sequences of one length lie there as they are wanted.
        if plan.isEven { return x[..<plan.steps].reshaped([plan.rowCount, x.shape[2]]) }
        return gather(x.reshaped([x.shape[0] * x.shape[1], x.shape[2]]), places)
    }

    /// [rows, features] → [steps, batch, features], with 0 where nothing was computed.
    func unpacked(_ rows: Tensor, steps: Int) -> Tensor {
        if plan.isEven {
            return rows.reshaped([plan.steps, plan.batch, rows.shape[1]])
                .padded([(before: 0, after: steps - plan.steps), (before: 0, after: 0), (before: 0, after: 0)])
        }
        let shape: Shape = [steps * plan.batch, rows.shape[1]]
        return scatterAdd(rows, places, into: Tensor.zeros(shape, dtype: rows.dtype))
            .reshaped([steps, plan.batch, rows.shape[1]])
    }

    func sorted(_ state: RecurrentState) -> RecurrentState { state.selecting(sequences) }

    func restored(_ state: RecurrentState) -> RecurrentState {
        var places = [Int](repeating: 0, count: sequences.count)
        for (place, sequence) in sequences.enumerated() { places[sequence] = place }
        return state.selecting(places)
    }
}
