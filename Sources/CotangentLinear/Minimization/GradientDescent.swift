import CotangentTensor

/// Gradient descent: p⁽ᵏ⁺¹⁾ = p⁽ᵏ⁾ − η ∇C(p⁽ᵏ⁾).
///
/// With momentum μ: v ← μ v + ∇C (v = 0 at first), p ← p − η v (PyTorch's form; B. Polyak, 1964, apart from where η
/// stands). With backtracking η is where each step begins, and is halved until C(p − η ∇C) ≤ C(p) − 10⁻⁴ η ‖∇C‖²
/// (L. Armijo, 1966).
///
/// A constant rate follows the lecture to the letter: too small a rate is slow, too large a one slow too or diverging,
/// and nothing keeps the value from rising. On C(p) = ½ pᵀ A p + …, where A's eigenvalues lie between λ₁ and λₙ, it
/// converges for η < 2/λₙ, best at η = 2/(λ₁ + λₙ): then each step divides the distance by (κ + 1)/(κ − 1) at least,
/// κ = λₙ/λ₁.
public struct GradientDescent: Minimizer, Hashable {
    /// η
    public var learningRate: Double
    /// μ, 0 for none.
    public var momentum: Double
    /// Whether a rate that is too large for a step is halved.
    public var backtracks: Bool
    public var iterations: Int
    /// Ends where the largest |∂C/∂pᵢ| is at most this.
    public var gradientTolerance: Double
    public var recordsPath: Bool

    public init(
        learningRate: Double, momentum: Double = 0, backtracks: Bool = false, iterations: Int = 1000,
        gradientTolerance: Double = 1e-8, recordsPath: Bool = false
    ) {
        guard learningRate > 0, learningRate.isFinite, (0..<1).contains(momentum), iterations >= 0 else {
            fail(
                "GradientDescent",
                """
                learning rate \(learningRate), momentum \(momentum), \(iterations) iterations: the rate must be \
                positive, the momentum in 0..<1, iterations not negative
                """)
        }
        guard momentum == 0 || !backtracks else {
            fail("GradientDescent", "a step with momentum may lead uphill, so it cannot be halved until it does not")
        }
        self.learningRate = learningRate
        self.momentum = momentum
        self.backtracks = backtracks
        self.iterations = iterations
        self.gradientTolerance = gradientTolerance
        self.recordsPath = recordsPath
    }

    public func minimize(
        from start: [Tensor], valueAndGradients: ([Tensor]) throws -> (value: Tensor, gradients: [Tensor])
    ) rethrows -> Minimization<[Tensor]> {
        let flat = FlatPoint(start, "GradientDescent")
        var walk = Walk(flat, recordsPath: recordsPath)
        var here = try walk.evaluate(at: flat.vector(start), valueAndGradients)
        walk.visit(here)
        guard here.isFinite else { return walk.end(.notFinite, at: here) }
        let armijo = StrongWolfe(roundoff: flat.roundoff)
        var stagnation = Stagnation(flat.roundoff, limit: 100)
        var velocity: Tensor?
        while here.gradientNorm > gradientTolerance {
            guard walk.iterations < iterations else { return walk.end(.iterationLimit, at: here) }
            var step = here.gradient
            if momentum > 0 {
                step = velocity.map { $0 * momentum + here.gradient } ?? here.gradient
                velocity = step
            }
            var rate = learningRate
            var next = try walk.evaluate(at: here.point - step * rate, valueAndGradients)
            if backtracks {
                func trial(_ rate: Double, _ place: Evaluation) -> StrongWolfe.Trial<Void> {
                    let slope = place.isFinite ? -dot(step, place.gradient) : Double.nan
                    return .init(step: rate, value: place.value, slope: slope, place: ())
                }
                let start = trial(0, here)
                while armijo.isTooHigh(trial(rate, next), start), next.point != here.point {
                    rate /= 2
                    next = try walk.evaluate(at: here.point - step * rate, valueAndGradients)
                }
            }
            if momentum == 0, next.point == here.point { return walk.end(.precision, at: here) }
            guard next.isFinite else { return walk.end(.notFinite, at: here) }
            let before = here
            here = next
            walk.iterations += 1
            walk.visit(here)
            if backtracks, stagnation.goesOn(from: before, to: here) { return walk.end(.precision, at: here) }
        }
        return walk.end(.gradient, at: here)
    }
}
