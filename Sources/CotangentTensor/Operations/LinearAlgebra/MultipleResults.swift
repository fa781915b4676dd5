extension Tape {
    /// Records an operation on `a` with several results of one dtype, whose leading axes are `batch`. They are recorded
    /// as one tensor that is then taken apart, so that the pullback is called once, with a cotangent for each.
    func record(
        _ name: StaticString, _ results: [Tensor], batch: Shape, _ a: Tensor,
        _ pullback: @escaping (_ results: [Tensor], _ cotangents: [Tensor]) -> Tensor
    ) -> [Tensor] {
        let shapes = results.map(\.shape)
        let lengths = shapes.map { $0.dropFirst(batch.rank).reduce(1, *) }
        func apart(_ x: Tensor) -> [Tensor] {
            zip(x.split(sizes: lengths, axis: -1), shapes).map { $0.reshaped($1) }
        }
        let packed = concatenate(
            zip(results, lengths).map { $0.reshaped(Shape(batch.dimensions + [$1])) }, axis: -1)
        let tracked = next(packed)
        return apart(record(name, tracked, a) { pullback(apart(tracked), apart($0)) })
    }
}

/// Refuses to take a gradient of an operation that has none, instead of giving 0 for it.
func requireUntracked(_ operation: String, _ a: Tensor, _ reason: String = "has no gradient") {
    if Tape.recording(a) != nil { fail(operation, "\(reason): take detached of \(a.summary) where none is wanted") }
}
