/// Where a gradient lies farthest from central differences: see ``gradientCheck(at:relative:absolute:seed:mode:of:)``.
public struct GradientDeviation: Sendable {
    /// Which of the inputs.
    public let input: Int
    /// The element of that input, one index an axis.
    public let index: [Int]
    /// What the pullback gives for it.
    public let analytic: Double
    /// What the differences of the function's values give.
    public let numeric: Double
    /// |analytic − numeric| as a multiple of what is tolerated. NaN where either is not finite.
    public let excess: Double

    public var error: Double { Swift.abs(analytic - numeric) }
}

extension GradientDeviation: CustomStringConvertible {
    public var description: String {
        "input \(input) at \(index): the pullback gives \(analytic), differences give \(numeric), error \(error)"
    }
}

/// A gradient that differences of the function's values do not confirm.
public struct GradientCheckError: Error, Sendable, CustomStringConvertible {
    /// The worst element.
    public let worst: GradientDeviation
    /// How many elements are wrong, of how many.
    public let wrong: Int
    public let count: Int

    public var description: String {
        "gradientCheck: \(wrong) of \(count) elements are wrong, the worst is \(worst) (\(worst.excess) times what is tolerated)"
    }
}

/// Holds the gradients of `f` at `inputs` against central differences of its values.
///
/// `f` may give any shape: its value is contracted with a random, fixed cotangent v, since with ones in its place errors
/// cancel. Everything is computed in float64 (`inputs` are converted). For each element xᵢ
///
///     numeric = v · (f(x + h eᵢ) − f(x − h eᵢ)) / 2h,   h = ∛ε max(1, |xᵢ|)
///
/// is compared with element i of v's pullback, and |analytic − numeric| ≤ absolute + relative · max(|analytic|,
/// |numeric|) is required. The truncation error of the differences is about h² f‴/6 ≈ 6 · 10⁻¹² f‴, that of rounding
/// ε |f|/h ≈ 4 · 10⁻¹¹ |f|.
///
/// `f` must be differentiable at `inputs` and within h of them, and a function of them alone: one that draws random
/// numbers has to draw the same ones each time. It is called once for each pullback and twice for each element. Indices
/// and masks are not inputs: capture them.
///
/// ```swift
/// try gradientCheck(at: [x, w]) { matmul($0[0], $0[1]) }
/// // The second derivatives: the gradient of the gradient.
/// try gradientCheck(at: x) { x in gradient(at: x) { sum(tanh($0)) } }
/// ```
///
/// - Parameters:
///   - absolute: what is tolerated of elements near 0.
///   - seed: for the cotangent, uniform in −1…1.
/// - Returns: the worst element; nil where there are no elements.
/// - Throws: ``GradientCheckError`` where an element is wrong, and what `f` throws.
@discardableResult
public func gradientCheck(
    at inputs: [Tensor], relative: Double = 1e-6, absolute: Double = 1e-8, seed: UInt64 = 0, mode: Mode? = nil,
    of f: ([Tensor]) throws -> Tensor
) throws -> GradientDeviation? {
    // A recording around the check is not the check's business.
    try Tape.with(nil) {
        let inputs = inputs.map { $0.detached.cast(to: .float64).contiguous }
        let (value, pullback) = try vjp(at: inputs, mode: mode, of: f)
        guard value.dtype == .float64 else {
            fail("gradientCheck", "the function's value is \(value.summary) for float64 inputs: float64 is expected")
        }
        var generator = PhiloxGenerator(seed: seed)
        let cotangent = Tensor.uniform(value.shape, in: -1...1, dtype: .float64, using: &generator)
        let weights = cotangent.doubles
        let gradients = pullback(cotangent)
        func values(_ input: Int, _ element: Int, _ x: Double) throws -> [Double] {
            var moved = inputs
            moved[input].withUnsafeMutableBufferPointer(as: Double.self) { $0[element] = x }
            return try running(in: mode ?? Scope.current?.mode ?? .inference) { try f(moved) }.doubles
        }

        var worst: GradientDeviation?
        var wrong = 0
        for (input, x) in inputs.enumerated() {
            let analytic = gradients[input].doubles
            for (element, place) in x.doubles.enumerated() {
                let step = 6.055454452393343e-6 * Swift.max(1, Swift.abs(place))
                let (above, below) = (place + step, place - step)
                // Element by element first: what does not depend on xᵢ then cancels exactly.
                let numeric =
                    try zip(zip(values(input, element, above), values(input, element, below)), weights)
                    .reduce(0) { $0 + ($1.0.0 - $1.0.1) * $1.1 } / (above - below)
                let tolerated = absolute + relative * Swift.max(Swift.abs(analytic[element]), Swift.abs(numeric))
                let excess = Swift.abs(analytic[element] - numeric) / tolerated
                if !(excess <= 1) { wrong += 1 }
                if let found = worst?.excess, found.isNaN || excess <= found { continue }
                worst = GradientDeviation(
                    input: input, index: x.shape.position(of: element), analytic: analytic[element], numeric: numeric,
                    excess: excess)
            }
        }
        if wrong > 0, let worst {
            throw GradientCheckError(worst: worst, wrong: wrong, count: inputs.reduce(0) { $0 + $1.count })
        }
        return worst
    }
}

/// The same for a function of one tensor.
@discardableResult
public func gradientCheck(
    at x: Tensor, relative: Double = 1e-6, absolute: Double = 1e-8, seed: UInt64 = 0, mode: Mode? = nil,
    of f: (Tensor) throws -> Tensor
) throws -> GradientDeviation? {
    try gradientCheck(at: [x], relative: relative, absolute: absolute, seed: seed, mode: mode) { try f($0[0]) }
}
