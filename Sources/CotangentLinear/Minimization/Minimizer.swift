import CotangentTensor

/// A way down a differentiable function C(p): ``GradientDescent``, ``LBFGS``.
///
/// ```swift
/// let found = LBFGS().minimize(from: Tensor([-1.2, 1.0])) { p in
///     square(1 - p[0]) + 100 * square(p[1] - square(p[0]))
/// }
/// found.point, found.value, found.stop
/// ```
/// The function takes one tensor or several of one dtype, float32 or float64, gives one element, and may throw: the
/// minimiser passes its error on. A minimiser's own arithmetic is float64; a float32 function is asked at points that are
/// rounded to float32. Only the gradient engine is needed: a network's weights are minimised over with `functionalCall`.
public protocol Minimizer: Sendable {
    /// Walks from `start` by values and gradients that the caller computes.
    ///
    /// - Parameter valueAndGradients: the function and its gradients, each of the shape of its tensor.
    func minimize(
        from start: [Tensor],
        valueAndGradients: ([Tensor]) throws -> (value: Tensor, gradients: [Tensor])
    ) rethrows -> Minimization<[Tensor]>
}

extension Minimizer {
    /// Walks from `start` down a function of several tensors, with gradients by the engine.
    public func minimize(
        from start: [Tensor], _ f: ([Tensor]) throws -> Tensor
    ) rethrows -> Minimization<[Tensor]> {
        try minimize(from: start) { try valueAndGradient(at: $0, of: f) }
    }

    /// Walks from `start` down a function of one tensor, with gradients by the engine.
    public func minimize(from start: Tensor, _ f: (Tensor) throws -> Tensor) rethrows -> Minimization<Tensor> {
        try minimize(from: [start]) { try f($0[0]) }.map { $0[0] }
    }

    /// Walks from `start` down a function of one tensor by a gradient that the caller computes.
    public func minimize(
        from start: Tensor, valueAndGradient: (Tensor) throws -> (value: Tensor, gradient: Tensor)
    ) rethrows -> Minimization<Tensor> {
        try minimize(from: [start]) { point in
            let (value, gradient) = try valueAndGradient(point[0])
            return (value, [gradient])
        }.map { $0[0] }
    }
}
