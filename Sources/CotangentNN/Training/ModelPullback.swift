import CotangentTensor

/// The value of `body` at `inputs`, of any shape, and its pullback: this turns a cotangent of the value into the
/// gradients of the parameters that `body` read, and into those of the inputs.
///
/// ```swift
/// // The gradients of the layer alone, when that to its output came from elsewhere
/// let (y, pullback) = vjp(of: lstm, at: [x]) { lstm($0[0]) }
/// let (gradients, ofInputs) = pullback(cotangent)
/// ```
///
/// With a loss of one element ``valueAndGradients(of:mode:_:)`` is the shorter way. As there, layers run as in training
/// unless `mode` says otherwise, and parameters of other models that `body` reads get gradients too; layers that draw
/// random numbers take them from ``running(in:using:_:)`` around this call. The pullback may be called any number of
/// times; what `body` computed is kept until it is released.
public func vjp<M: Module>(
    of model: M, at inputs: [Tensor], mode: Mode = .training, _ body: ([Tensor]) throws -> Tensor
) rethrows -> (value: Tensor, pullback: (Tensor) -> (gradients: Gradients, inputs: [Tensor])) {
    let (value, pullback) = try retainedPullback(
        at: inputs, mode: mode, configure: { scope, tape in scope.parameterTape = tape }, of: body)
    return (
        value,
        { cotangent in
            let pass = pullback(cotangent)
            return (Gradients(of: pass.scope, pass.cotangents), pass.gradients)
        }
    )
}

/// The same at one tensor.
public func vjp<M: Module>(
    of model: M, at x: Tensor, mode: Mode = .training, _ body: (Tensor) throws -> Tensor
) rethrows -> (value: Tensor, pullback: (Tensor) -> (gradients: Gradients, input: Tensor)) {
    let (value, pullback) = try vjp(of: model, at: [x], mode: mode) { try body($0[0]) }
    return (
        value,
        { cotangent in
            let (gradients, inputs) = pullback(cotangent)
            return (gradients, inputs[0])
        }
    )
}
