import CotangentTensor

/// Least squares that pays for its weight, by its size and by its square:
///
///     1/(2n) Σ ‖yᵢ − b − W xᵢ‖² + λ (ρ ‖W‖₁ + ½ (1 − ρ) ‖W‖²)
///
/// λ is `penalty` and ρ `l1Ratio`; scikit-learn's `ElasticNet` minimises the same. The first term sets weights to 0, the
/// second keeps those of features that are alike together (Zou and Hastie, 2005). Features are taken as they are:
/// standardise them, or a penalty weighs them by their units. Several outputs are fitted each by itself.
///
/// By coordinate descent, which ends when the duality gap, an upper bound of how far the objective is from its minimum, is
/// at most `tolerance` · Σ (y − ȳ)² / (2n), or where rounding hides what is left to gain.
public struct ElasticNet: Estimator, Equatable {
    /// λ > 0: without a penalty it is ``LinearRegression``.
    public var penalty: Double
    /// ρ, above 0 and up to 1, the lasso's: with 0 it would be ``Ridge``, which has a closed form.
    public var l1Ratio: Double
    /// Whether there is a b.
    public var hasBias: Bool
    public var tolerance: Double
    /// How many passes over the coordinates are allowed for an output.
    public var sweepLimit: Int

    public init(
        penalty: Double = 1, l1Ratio: Double = 0.5, hasBias: Bool = true, tolerance: Double = 1e-8,
        sweepLimit: Int = 100_000
    ) {
        self.penalty = penalty
        self.l1Ratio = l1Ratio
        self.hasBias = hasBias
        self.tolerance = tolerance
        self.sweepLimit = sweepLimit
    }

    /// - Parameters:
    ///   - x: [samples, features]
    ///   - y: [samples] or [samples, outputs], of the same floating-point dtype.
    /// - Throws: ``FitError`` where a value is not finite, or the gap does not come down to the tolerance.
    public func fit(_ x: Tensor, _ y: Tensor) throws -> LinearModel {
        try path(x, y, penalties: [penalty])[0]
    }

    /// The models of many penalties, from the largest to the smallest, each of which starts from the one before.
    ///
    /// ```swift
    /// let path = try Lasso().path(x, y)          // 100 penalties, from the one that leaves no weight
    /// path.weights                               // [penalties, outputs, inputs]
    /// ```
    ///
    /// - Parameters:
    ///   - penalties: in any order; without them, `count` of them in equal ratios from the smallest that leaves no weight
    ///     down to `ratio` times it.
    /// - Throws: as ``fit(_:_:)``.
    public func path(
        _ x: Tensor, _ y: Tensor, penalties: [Double]? = nil, count: Int = 100, ratio: Double = 1e-3
    ) throws -> PenaltyPath {
        let data = try FittingData("ElasticNet", x, y)
        guard l1Ratio > 0, l1Ratio <= 1, (penalties ?? [penalty]).allSatisfy({ $0 > 0 && $0.isFinite }) else {
            fail(
                "ElasticNet",
                "penalties \(penalties ?? [penalty]) with l1Ratio \(l1Ratio): they must be positive and finite, and it above 0 and at most 1; without a penalty there is LinearRegression, without ‖W‖₁ Ridge"
            )
        }
        guard tolerance > 0, sweepLimit > 0, count > 0, ratio > 0, ratio < 1, penalties?.isEmpty != true else {
            fail(
                "ElasticNet",
                "a path of \(penalties?.count ?? count) penalties down to \(ratio), tolerance \(tolerance), \(sweepLimit) sweeps: the counts and the tolerance must be positive, the ratio between 0 and 1"
            )
        }
        return try ElasticNetFit(data, self).path(penalties, count: count, ratio: ratio)
    }
}

/// Least squares that pays for the size of its weight, and so leaves out what helps little:
///
///     1/(2n) Σ ‖yᵢ − b − W xᵢ‖² + λ ‖W‖₁
///
/// The ``ElasticNet`` with `l1Ratio` 1; see there for λ, standardisation, tolerance and paths (Tibshirani, *Regression
/// Shrinkage and Selection via the Lasso*, 1996).
public struct Lasso: Estimator, Equatable {
    private var net: ElasticNet

    /// λ > 0
    public var penalty: Double {
        get { net.penalty }
        set { net.penalty = newValue }
    }

    public init(penalty: Double = 1, hasBias: Bool = true, tolerance: Double = 1e-8, sweepLimit: Int = 100_000) {
        net = ElasticNet(
            penalty: penalty, l1Ratio: 1, hasBias: hasBias, tolerance: tolerance, sweepLimit: sweepLimit)
    }

    /// As ``ElasticNet/fit(_:_:)``.
    public func fit(_ x: Tensor, _ y: Tensor) throws -> LinearModel { try net.fit(x, y) }

    /// As ``ElasticNet/path(_:_:penalties:count:ratio:)``.
    public func path(
        _ x: Tensor, _ y: Tensor, penalties: [Double]? = nil, count: Int = 100, ratio: Double = 1e-3
    ) throws -> PenaltyPath {
        try net.path(x, y, penalties: penalties, count: count, ratio: ratio)
    }
}
