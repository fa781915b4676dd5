import CotangentTensor

/// Probabilities of classes by a linear model, and the weights that make what was seen most likely:
///
///     p(y = k | x) = softmax(W x + b)ₖ,      (1/n) Σ −log p(yᵢ | xᵢ) + penalty(W)
///
/// Two classes have one row of W, p(y = second | x) = σ(w x + b); more have one each, as in scikit-learn's multinomial
/// `LogisticRegression`, whose `C` is 1/(n λ), since it penalises sums where this is a mean. The bias is free. Features are
/// taken as they are: standardise them, or a penalty weighs them by their units, and L-BFGS takes long.
///
/// With more than two classes and no L1, adding the same row to all of W changes no probability: the W whose rows add up
/// to 0 is given, and likewise b.
public struct LogisticRegression: BinaryClassifier, Equatable {
    /// What is paid for W, besides the fit.
    public enum Penalty: Sendable, Equatable {
        /// The maximum of the likelihood, with standard errors where there are two classes. It does not exist where a
        /// plane separates the classes.
        case none
        /// ½ λ ‖W‖²
        case l2(Double)
        /// λ ‖W‖₁: sets weights to 0.
        case l1(Double)
        /// λ (ρ ‖W‖₁ + ½ (1 − ρ) ‖W‖²), with ρ from 0 to 1.
        case elasticNet(Double, l1Ratio: Double)

        /// λρ and λ(1 − ρ)
        var parts: (l1: Double, l2: Double) {
            switch self {
            case .none: (0, 0)
            case .l2(let penalty): (0, penalty)
            case .l1(let penalty): (penalty, 0)
            case .elasticNet(let penalty, let ratio): (penalty * ratio, penalty * (1 - ratio))
            }
        }
    }

    /// How the minimum is found. With L1 it is always Newton's method whose steps minimise the quadratic model and the
    /// penalty together, by coordinate descent (Lee, Sun and Saunders, *Proximal Newton-type methods*, 2014).
    public enum Solver: Sendable {
        /// Newton up to 150 coefficients, L-BFGS above.
        case automatic
        /// Iteratively reweighted least squares: a few steps, each of which factors a matrix of all coefficients.
        case newton
        /// Many steps that cost a pass over the data each: ``LBFGS``.
        case lbfgs
    }

    public var penalty: Penalty
    /// Whether there is a b.
    public var hasBias: Bool
    public var solver: Solver
    /// Ends where no slope of the objective is larger than this, beyond what an L1 penalty holds.
    public var tolerance: Double
    public var iterationLimit: Int

    public init(
        penalty: Penalty = .none, hasBias: Bool = true, solver: Solver = .automatic, tolerance: Double = 1e-8,
        iterationLimit: Int = 10_000
    ) {
        self.penalty = penalty
        self.hasBias = hasBias
        self.solver = solver
        self.tolerance = tolerance
        self.iterationLimit = iterationLimit
    }

    /// - Parameters:
    ///   - x: floating point [samples, features]
    ///   - y: labels, int64 [samples]; any numbers, two or more different ones.
    /// - Throws: ``FitError`` where there is one class alone, a value is not finite, there is no penalty and the classes are
    ///   separable or the features depend on each other linearly, or the tolerance is not reached.
    public func fit(_ x: Tensor, _ y: Tensor) throws -> LogisticModel {
        let data = try LabelledData("LogisticRegression", x, y)
        let (l1, l2) = penalty.parts
        guard l1 >= 0, l2 >= 0, l1.isFinite, l2.isFinite, tolerance > 0, iterationLimit > 0 else {
            fail(
                "LogisticRegression",
                "penalty \(penalty), tolerance \(tolerance), \(iterationLimit) iterations: the penalty must be finite and 0 or more, its l1Ratio in 0...1, the others positive"
            )
        }
        let wide = x.detached.cast(to: .float64).contiguous
        try requireFinite("LogisticRegression", "x", wide)
        if l1 == 0, l2 == 0 { try requireIndependent(wide) }
        let loss = LogisticLoss(wide, data, l2: l2, hasBias: hasBias)
        let found: Tensor
        if l1 > 0 {
            found = try ProximalNewton(loss, l1: l1, tolerance, iterationLimit).minimum()
        } else if solver == .newton || solver == .automatic && loss.coefficientCount <= 150 {
            found = try NewtonDescent(loss, tolerance, iterationLimit).minimum()
        } else {
            found = try quasiNewton(loss)
        }
        let (weight, bias) = loss.split(found)
        var errors: (weight: Tensor, bias: Tensor)?
        if l1 == 0, l2 == 0, data.classes.count == 2 { errors = try loss.standardErrors(at: found) }
        return LogisticModel(
            classes: data.classes, weight: weight.cast(to: x.dtype), bias: bias.cast(to: x.dtype), errors: errors)
    }

    private func requireIndependent(_ x: Tensor) throws {
        let factors = try LeastSquaresFactors(x, hasBias: hasBias)
        if factors.rank < factors.count {
            throw FitError(
                .rankShort, "LogisticRegression",
                "the features' rank\(hasBias ? ", the bias among them," : "") is \(factors.rank), short of \(factors.count): without a penalty many weights are equally good; leave features out, or penalise: .l2(1e-3), say"
            )
        }
    }

    private func quasiNewton(_ loss: LogisticLoss) throws -> Tensor {
        let found = LBFGS(iterations: iterationLimit, gradientTolerance: tolerance).minimize(
            from: loss.start, valueAndGradient: { loss.valueAndGradient($0) })
        if loss.l2 == 0, loss.separates(found.point) { throw loss.separable }
        guard found.isConverged else {
            throw loss.notConverged("L-BFGS ended with \(found.stop)", found.gradientNorm, tolerance)
        }
        // Slopes vanish too where classes are separable up to samples on the plane; Newton's steps do not.
        let isChecked = loss.l2 == 0 && loss.coefficientCount <= Self.largestCheck
        return try isChecked ? NewtonDescent(loss, tolerance, iterationLimit).minimum(from: found.point) : found.point
    }

    /// Up to so many coefficients one matrix of them all is no burden.
    private static let largestCheck = 2000
}
