import CotangentTensor

/// What a minimiser found, and why it ended there. `Point` is ``Tensor`` or an array of them, as the function takes.
public struct Minimization<Point: Sendable>: Sendable {
    /// Where the search ended.
    public let point: Point
    /// The function there.
    public let value: Double
    /// The largest |∂C/∂pᵢ| there.
    public let gradientNorm: Double
    /// Steps taken. Of a stochastic descent an iteration is a step by one batch.
    public let iterations: Int
    /// How often the function and its gradient were computed.
    public let evaluations: Int
    public let stop: MinimizationStop
    /// The start and the point after each step, where a path was asked for; otherwise empty.
    public let path: [PathPoint]

    /// A point on the way.
    public struct PathPoint: Sendable {
        public let point: Point
        /// The function there. Of a stochastic descent: the mean over the batch with which the step to here was taken,
        /// before it was taken; at the start over the first batch.
        public let value: Double
        /// The largest |∂C/∂pᵢ|, of what ``value`` is the value of.
        public let gradientNorm: Double
    }

    /// Whether the point is a minimiser as far as tolerances and precision tell.
    public var isConverged: Bool { stop.isConverged }
}

/// Why a minimisation ended.
public enum MinimizationStop: String, Sendable, Hashable, CaseIterable {
    /// The largest |∂C/∂pᵢ| is at most `gradientTolerance`.
    case gradient
    /// A step lowered the value by at most `valueTolerance`, relative to it.
    case value
    /// Rounding of the value hides what further steps would gain: the best that the dtype allows.
    case precision
    case iterationLimit
    /// The value or the gradient at the next point is not finite; the result holds the last point where both were. Descent
    /// with too large a learning rate ends so.
    case notFinite
    /// No point along the direction of descent fulfils the conditions on a step: the gradient is not the function's, or
    /// the function is not smooth, or not bounded below.
    case lineSearch

    public var isConverged: Bool { self == .gradient || self == .value || self == .precision }
}

extension MinimizationStop: CustomStringConvertible {
    public var description: String {
        switch self {
        case .gradient: "converged: the gradient is below its tolerance"
        case .value: "converged: the value falls by less than its tolerance"
        case .precision: "converged to the precision of the value"
        case .iterationLimit: "iteration limit"
        case .notFinite: "diverged: the value or the gradient is not finite"
        case .lineSearch: "line search failed"
        }
    }
}

extension Minimization {
    func map<Other: Sendable>(_ transform: (Point) -> Other) -> Minimization<Other> {
        Minimization<Other>(
            point: transform(point), value: value, gradientNorm: gradientNorm, iterations: iterations,
            evaluations: evaluations, stop: stop,
            path: path.map {
                Minimization<Other>.PathPoint(
                    point: transform($0.point), value: $0.value, gradientNorm: $0.gradientNorm)
            })
    }
}
