import CotangentTensor

/// Least squares that pays for the square of its weight:
///
///     Σ ‖yᵢ − b − W xᵢ‖² + λ ‖W‖²
///
/// λ is `penalty`; scikit-learn's `Ridge` minimises the same. The bias is free. Features are taken as they are:
/// standardise them, or a penalty weighs them by their units. One singular value decomposition serves all penalties and
/// responses (Hoerl and Kennard, 1970).
public struct Ridge: Estimator, Equatable {
    /// λ ≥ 0
    public var penalty: Double
    /// Whether there is a b.
    public var hasBias: Bool

    public init(penalty: Double = 1, hasBias: Bool = true) {
        self.penalty = penalty
        self.hasBias = hasBias
    }

    /// - Parameters:
    ///   - x: [samples, features]
    ///   - y: [samples] or [samples, outputs], of the same floating-point dtype.
    /// - Throws: ``FitError`` where there are no samples, a value is not finite, or the penalty is 0 and features depend on
    ///   each other linearly.
    public func fit(_ x: Tensor, _ y: Tensor) throws -> LinearModel { try path(x, y, penalties: [penalty])[0] }

    /// The models of many penalties, from the largest to the smallest.
    ///
    /// - Throws: as ``fit(_:_:)``.
    public func path(_ x: Tensor, _ y: Tensor, penalties: [Double]) throws -> PenaltyPath {
        let data = try FittingData("Ridge", x, y)
        let fit = try RidgeFit(data, hasBias: hasBias, penalties)
        let weights = penalties.sorted(by: >).map(fit.weight)
        return PenaltyPath(
            data, penalties: penalties.sorted(by: >), weights: stack(weights),
            biases: stack(weights.map { Tensor(biases($0, fit.x, fit.y)) }),
            gaps: Tensor.zeros([penalties.count, data.outputCount], dtype: .float64))
    }

    /// How many coefficients of an output the fit is worth: Σ s²/(s² + λ) over the singular values of the centred
    /// features, and 1 for the bias.
    ///
    /// - Throws: as ``fit(_:_:)``.
    public func effectiveParameters(_ x: Tensor) throws -> Double {
        let data = try FittingData("Ridge", x, Tensor.zeros([x.shape[0]], dtype: x.dtype))
        let fit = try RidgeFit(data, hasBias: hasBias, [penalty])
        return fit.singular.shares(penalty: penalty).reduce(hasBias ? 1 : 0, +)
    }
}

/// Ridge with the penalty that predicts best what it has not seen: each sample by the fit to all others.
///
/// The errors need no other fit than the one to all samples: with the weight h that a sample has in its own prediction,
/// its error when left out is (y − ŷ) / (1 − h) (Allen, 1974; Golub, Heath and Wahba, 1979). The smallest mean square over
/// samples and outputs wins, as in scikit-learn's `RidgeCV`.
///
/// ```swift
/// let selection = try RidgeSelection(penalties: [0.1, 1, 10]).select(x, y)
/// selection.penalty, selection.model
/// ```
public struct RidgeSelection: Estimator, Equatable {
    /// λ, each above 0.
    public var penalties: [Double]
    /// Whether there is a b.
    public var hasBias: Bool

    public init(penalties: [Double], hasBias: Bool = true) {
        self.penalties = penalties
        self.hasBias = hasBias
    }

    /// What was chosen, and what from.
    public struct Selection: Sendable {
        public let penalty: Double
        public let model: LinearModel
        /// The mean square of the errors of samples left out, for each of the penalties in their order.
        public let errors: [Double]
    }

    /// The model of the best penalty.
    ///
    /// - Throws: as ``select(_:_:)``.
    public func fit(_ x: Tensor, _ y: Tensor) throws -> LinearModel { try select(x, y).model }

    /// - Throws: ``FitError`` where there are fewer than two samples, or a value is not finite.
    public func select(_ x: Tensor, _ y: Tensor) throws -> Selection {
        guard !penalties.isEmpty, penalties.allSatisfy({ $0 > 0 }) else {
            fail("RidgeSelection", "the penalties \(penalties) must be above 0, and at least one")
        }
        let data = try FittingData("RidgeSelection", x, y, atLeast: 2)
        let fit = try RidgeFit(data, hasBias: hasBias, penalties)
        let own = hasBias ? 1 / Double(data.sampleCount) : 0
        let errors = penalties.map { penalty in
            let (residuals, leverages) = fit.singular.residuals(fit.y.values, penalty: penalty)
            let left = residuals / (1 - own - leverages).expandingAxis(1)
            return mean(left * left).item
        }
        let best = errors.indices.min { errors[$0] < errors[$1] }!
        let weight = fit.weight(penalties[best])
        return Selection(
            penalty: penalties[best], model: LinearModel(data, weight: weight, bias: biases(weight, fit.x, fit.y)),
            errors: errors)
    }
}

/// One decomposition of the centred features for all penalties.
private struct RidgeFit {
    let x: Centered
    let y: Centered
    let singular: SingularValues

    init(_ data: FittingData, hasBias: Bool, _ penalties: [Double]) throws {
        guard !penalties.isEmpty, penalties.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
            fail("Ridge", "the penalties \(penalties) must be finite, 0 or more, and at least one")
        }
        x = Centered(data.x, isNeeded: hasBias)
        y = Centered(data.y, isNeeded: hasBias)
        singular = try SingularValues(x.values)
        if penalties.contains(0), singular.rank < data.featureCount {
            throw FitError(
                .rankShort, "Ridge",
                "with penalty 0 the \(data.featureCount) features must be independent, and their rank is \(singular.rank): take a positive penalty, or LinearRegression with shortRank: .shortest"
            )
        }
    }

    func weight(_ penalty: Double) -> Tensor { singular.weight(y.values, penalty: penalty) }
}
