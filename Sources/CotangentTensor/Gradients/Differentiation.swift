// Gradients of functions. Nothing is recorded outside of these calls, and nothing is left behind by them.

/// The value of `f` at `x` and its gradient there.
///
/// `f` must give one element. The gradient has the shape and dtype of `x`; it is zero where `f` does not depend on `x`.
/// Calls nest, so `f` may itself take gradients.
///
/// - Parameter mode: how layers inside `f` behave; by default as around this call, and `.inference` at the outermost.
public func valueAndGradient(
    at x: Tensor, mode: Mode? = nil, of f: (Tensor) throws -> Tensor
) rethrows -> (value: Tensor, gradient: Tensor) {
    let (value, gradients) = try valueAndGradient(at: [x], mode: mode) { try f($0[0]) }
    return (value, gradients[0])
}

/// The gradient of `f` at `x`: see ``valueAndGradient(at:mode:of:)``.
///
/// ```swift
/// gradient(at: Tensor(scalar: Float(2))) { w in square(sin(square(w) + 1)) }   // 2 sin 5 · cos 5 · 4
/// ```
public func gradient(at x: Tensor, mode: Mode? = nil, of f: (Tensor) throws -> Tensor) rethrows -> Tensor {
    try valueAndGradient(at: x, mode: mode, of: f).gradient
}

/// The gradients of a function of two tensors.
public func gradient(
    at x: Tensor, _ y: Tensor, mode: Mode? = nil, of f: (Tensor, Tensor) throws -> Tensor
) rethrows -> (Tensor, Tensor) {
    let gradients = try valueAndGradient(at: [x, y], mode: mode) { try f($0[0], $0[1]) }.gradients
    return (gradients[0], gradients[1])
}

/// The value and the gradients of a function of any number of tensors.
public func valueAndGradient(
    at inputs: [Tensor], mode: Mode? = nil, of f: ([Tensor]) throws -> Tensor
) rethrows -> (value: Tensor, gradients: [Tensor]) {
    try recording(mode: mode) { tape, mark, _ in
        requireDifferentiable("gradient", inputs)
        let leaves = inputs.map(tape.leaf)
        let value = try Tape.with(tape) { try f(leaves) }
        let cotangents = playToInputs("gradient", tape, value, mark)
        return (
            Tape.outerView(value),
            zip(inputs, leaves).map { cotangents?[Int($1.node)] ?? Tensor.zeros(like: $0) }
        )
    }
}

/// Runs `body` on a tape: the one that records already (from its end on), or a new one.
package func recording<R>(
    mode: Mode?, configure: (Scope, Tape) -> Void = { _, _ in }, _ body: (Tape, _ mark: Int, Scope) throws -> R
) rethrows -> R {
    let outer = Tape.current
    let tape = outer ?? Tape.begin()
    let mark = tape.count
    tape.depth += 1
    defer {
        tape.depth -= 1
        if outer == nil { tape.end() }
    }
    return try Scope.run(mode: mode, configure: { configure($0, tape) }) { try body(tape, mark, $0) }
}

/// The cotangents from the one element of `value`; nil where it depends on nothing that is recorded.
package func playToInputs(_ operation: String, _ tape: Tape, _ value: Tensor, _ mark: Int) -> Cotangents? {
    guard value.count == 1, value.dtype.isFloatingPoint else {
        fail(
            operation,
            "the function's value is \(value.summary); only one floating-point element has a gradient: reduce it, with sum() say, or use vjp"
        )
    }
    guard tape.tracks(value), Int(value.node) >= mark else { return nil }
    return tape.play(from: value, Tensor.ones(like: value), downTo: mark, freeing: !Tape.isRecording)
}

private func requireDifferentiable(_ operation: String, _ inputs: [Tensor]) {
    for input in inputs where !input.dtype.isFloatingPoint {
        fail(operation, "an input is \(input.summary); only floating-point tensors have gradients")
    }
}

extension Tape {
    /// A result as the code around the recording sees it: still recorded where an outer recording goes on.
    package static func outerView(_ value: Tensor) -> Tensor { isRecording ? value : value.detached }
}

/// The value of `f` at `x` and its pullback, which turns a cotangent of the value (of its shape) into one of `x`: the
/// product of the cotangent with the Jacobian. The pullback may be called any number of times; what `f` computed
/// is kept until it is released.
public func vjp(
    at x: Tensor, mode: Mode? = nil, of f: (Tensor) throws -> Tensor
) rethrows -> (value: Tensor, pullback: (Tensor) -> Tensor) {
    let (value, pullback) = try vjp(at: [x], mode: mode) { try f($0[0]) }
    return (value, { pullback($0)[0] })
}

/// The same for a function of any number of tensors.
public func vjp(
    at inputs: [Tensor], mode: Mode? = nil, of f: ([Tensor]) throws -> Tensor
) rethrows -> (value: Tensor, pullback: (Tensor) -> [Tensor]) {
    let (value, pullback) = try retainedPullback(at: inputs, mode: mode, of: f)
    return (value, { pullback($0).gradients })
}

/// ``vjp(at:mode:of:)`` in a scope that `configure` prepares. The pullback gives besides the inputs' gradients that scope
/// and all cotangents, which are nil where the value depends on nothing that is recorded.
package func retainedPullback(
    at inputs: [Tensor], mode: Mode?, configure: (Scope, Tape) -> Void = { _, _ in },
    of f: ([Tensor]) throws -> Tensor
) rethrows -> (value: Tensor, pullback: (Tensor) -> (gradients: [Tensor], cotangents: Cotangents?, scope: Scope)) {
    requireDifferentiable("vjp", inputs)
    let outer = Tape.current
    let tape = RetainedTape(outer ?? Tape.begin(), owned: outer == nil)
    let mark = tape.tape.count
    let generation = tape.tape.generation
    let leaves = inputs.map(tape.tape.leaf)
    return try Scope.run(mode: mode, configure: { configure($0, tape.tape) }) { scope in
        tape.tape.depth += 1
        defer { tape.tape.depth -= 1 }
        let value = try Tape.with(tape.tape) { try f(leaves) }
        let pullback = { (cotangent: Tensor) -> (gradients: [Tensor], cotangents: Cotangents?, scope: Scope) in
            let tape = tape.tape
            guard tape.generation == generation else {
                fail("vjp", "the pullback was called after the recording around it had ended")
            }
            guard cotangent.shape == value.shape, cotangent.dtype == value.dtype else {
                fail("vjp", "the cotangent is \(cotangent.summary), the function's value \(value.summary)")
            }
            guard tape.tracks(value), Int(value.node) >= mark else {
                return (inputs.map(Tensor.zeros(like:)), nil, scope)
            }
            // Mode and randomness as they were, for checkpoints that run again.
            return scope.enter {
                let cotangents = tape.play(from: value, cotangent, downTo: mark, freeing: false)
                let gradients = zip(inputs, leaves).map { cotangents[Int($1.node)] ?? Tensor.zeros(like: $0) }
                return (gradients, cotangents, scope)
            }
        }
        return (outer == nil ? value.detached : value, pullback)
    }
}

/// Keeps a tape for as long as a pullback may be called.
private final class RetainedTape {
    let tape: Tape
    private let owned: Bool

    init(_ tape: Tape, owned: Bool) {
        self.tape = tape
        self.owned = owned
    }

    deinit { if owned { tape.end() } }
}

/// The value of `f` at `x` and its derivative along `tangent` (of the shape of `x`): the product of the Jacobian with
/// the tangent.
///
/// It is taken from the pullback twice: u ↦ pullback(u) is linear, and its own pullback, applied to the tangent, is
/// the product sought (J. Townsend, "A new trick for calculating Jacobian vector products", 2017).
public func jvp(
    at x: Tensor, along tangent: Tensor, mode: Mode? = nil, of f: (Tensor) -> Tensor
) -> (value: Tensor, derivative: Tensor) {
    guard tangent.shape == x.shape, tangent.dtype == x.dtype else {
        fail("jvp", "the tangent is \(tangent.summary), the point \(x.summary)")
    }
    var value: Tensor?
    let probe = running(in: mode ?? Scope.current?.mode ?? .inference) { f(x) }
    let derivative = gradient(at: Tensor.zeros(like: probe.detached), mode: mode) { u in
        let (y, pullback) = vjp(at: x, mode: mode, of: f)
        value = y
        return sum(pullback(u) * tangent)
    }
    return ((value ?? probe), derivative)
}

/// The product of the Hessian of `f` (whose value is one element) at `x` with `vector`, without the Hessian.
public func hessianVectorProduct(
    at x: Tensor, along vector: Tensor, mode: Mode? = nil, of f: (Tensor) -> Tensor
) -> Tensor {
    guard vector.shape == x.shape, vector.dtype == x.dtype else {
        fail("hessianVectorProduct", "the vector is \(vector.summary), the point \(x.summary)")
    }
    return gradient(at: x, mode: mode) { x in sum(gradient(at: x, mode: mode, of: f) * vector) }
}

/// The Jacobian of `f` at `x`, of shape (shape of the value) + (shape of `x`). One pass backward for each element of
/// the value.
public func jacobian(at x: Tensor, mode: Mode? = nil, of f: (Tensor) -> Tensor) -> Tensor {
    let (value, pullback) = vjp(at: x, mode: mode, of: f)
    let rows = (0..<value.count).map { index in
        pullback(oneHot(Tensor([index]), classes: value.count, dtype: value.dtype).reshaped(value.shape))
    }
    let shape = Shape(value.shape.dimensions + x.shape.dimensions)
    return rows.isEmpty ? Tensor.zeros(shape, dtype: x.dtype) : stack(rows, axis: 0).reshaped(shape)
}

/// The Hessian at `x` of `f`, whose value is one element, of shape (shape of `x`) twice.
public func hessian(at x: Tensor, mode: Mode? = nil, of f: (Tensor) -> Tensor) -> Tensor {
    jacobian(at: x, mode: mode) { gradient(at: $0, mode: mode, of: f) }
}
