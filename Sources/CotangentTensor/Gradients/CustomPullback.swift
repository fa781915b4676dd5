/// An operation with a pullback of the caller's own, in place of the one that recording would give.
///
/// `body` gets the inputs and returns the value and a pullback, which turns a cotangent of the value into one for each
/// input, of its shape and dtype. Nothing in `body` is recorded. For gradients of gradients the pullback must
/// consist of tensor operations on the inputs that `body` was given.
///
/// ```swift
/// // The identity, whose gradient is clipped to ±1 on the way back.
/// let y = withCustomPullback(of: x) { x in (x, { dy in clamp(dy, -1, 1) }) }
/// ```
public func withCustomPullback(
    of x: Tensor, _ body: (Tensor) -> (value: Tensor, pullback: (Tensor) -> Tensor)
) -> Tensor {
    withCustomPullback(of: [x]) { inputs in
        let (value, pullback) = body(inputs[0])
        return (value, { [pullback($0)] })
    }
}

/// The same for any number of inputs.
public func withCustomPullback(
    of inputs: [Tensor], _ body: ([Tensor]) -> (value: Tensor, pullback: (Tensor) -> [Tensor])
) -> Tensor {
    guard let tape = Tape.recording(inputs) else { return body(inputs).value }
    let (value, pullback) = Tape.with(nil) { body(inputs) }
    return tape.record("custom operation", value.detached, inputs) { dy in
        let cotangents = pullback(dy)
        guard cotangents.count == inputs.count else {
            fail("withCustomPullback", "the pullback gave \(cotangents.count) cotangents for \(inputs.count) inputs")
        }
        for (index, (cotangent, input)) in zip(cotangents, inputs).enumerated()
        where cotangent.shape != input.shape || cotangent.dtype != input.dtype {
            fail(
                "withCustomPullback",
                "input \(index) is \(input.summary), the cotangent that the pullback gave for it \(cotangent.summary)")
        }
        return cotangents
    }
}
