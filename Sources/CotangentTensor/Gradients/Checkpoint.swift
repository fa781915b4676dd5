/// Runs `body` and keeps nothing of what it computes on the way: when its gradient is wanted, it runs again.
///
/// For the price of a second run, memory grows with what `body` returns, not with what it does. The second run draws
/// the same random numbers and leaves state (running means, counters) alone. `body` must compute the same both times;
/// gradients reach everything it uses, captured tensors and parameters alike. Outside of a recording it is a plain
/// call. (T. Chen et al., "Training deep nets with sublinear memory cost", 2016.)
public func checkpoint(_ body: @escaping () -> Tensor) -> Tensor {
    guard let tape = Tape.current else { return body() }
    let scope = Scope.current
    let draws = scope?.random?.draws ?? 0
    let value = Tape.with(nil, body)
    return tape.recordCheckpoint(value.detached) {
        guard let scope else { return body() }
        let drawsNow = scope.random?.draws ?? 0
        let discardsNow = scope.discardsUpdates
        scope.random?.draws = draws
        scope.discardsUpdates = true
        defer {
            scope.random?.draws = drawsNow
            scope.discardsUpdates = discardsNow
        }
        return scope.enter(body)
    }
}
