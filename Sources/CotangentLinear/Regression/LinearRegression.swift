import CotangentTensor

/// Least squares with any number of responses: the W and b that minimise Σ ‖yᵢ − b − W xᵢ‖².
///
/// ```swift
/// let model = try LinearRegression().fit(x, y)      // [samples, features], [samples] or [samples, responses]
/// model.weight, model.bias                          // [responses, features], [responses]
/// model.statistics?.weightErrors
/// ```
///
/// By Householder's QR of the design with columns of like lengths, and iterative refinement with residuals in twice the
/// precision: coefficients are right to the last digits of float64 for ill-conditioned data too, as long as the columns
/// are independent in that precision. Each response is fitted as by itself.
///
/// The statistics are there where samples outnumber coefficients: see ``LinearStatistics``.
public struct LinearRegression: Estimator, Equatable {
    /// What becomes of features that depend on each other linearly, so that many W are equally good.
    public enum ShortRank: Sendable {
        /// The fit throws, and names the features.
        case refused
        /// The W with the least Σ w², as NumPy's `lstsq` and scikit-learn have it, by singular values of the centred
        /// features. There are no statistics then: a single weight has no meaning.
        case shortest
    }

    /// Whether there is a b.
    public var hasBias: Bool
    public var shortRank: ShortRank

    public init(hasBias: Bool = true, shortRank: ShortRank = .refused) {
        self.hasBias = hasBias
        self.shortRank = shortRank
    }

    /// - Parameters:
    ///   - x: [samples, features]
    ///   - y: [samples] or [samples, responses], of the same floating-point dtype.
    /// - Throws: ``FitError`` where there are no samples, a value is not finite, or the rank is short and that is refused.
    public func fit(_ x: Tensor, _ y: Tensor) throws -> LinearModel {
        let data = try FittingData("LinearRegression", x, y)
        let factors = try LeastSquaresFactors(data.x, hasBias: hasBias)
        guard factors.rank == factors.count else {
            if shortRank == .shortest { return try shortest(data) }
            throw FitError(.rankShort, "LinearRegression", problem(data, factors))
        }
        let (coefficients, residuals) = try factors.solve(data.y)
        let weight = coefficients[0..., ..<data.featureCount].contiguous
        let bias = hasBias ? coefficients[0..., data.featureCount].doubles : [Double](repeating: 0, count: data.outputCount)
        var statistics: LinearStatistics?
        if data.sampleCount > factors.count {
            let total = Centered(data.y, isNeeded: hasBias).values
            statistics = LinearStatistics(
                weight: weight, bias: bias, inverseDiagonal: try factors.inverseDiagonal(),
                squares: sum(residuals * residuals, axes: [1]).doubles, totals: sum(total * total, axes: [0]).doubles,
                samples: data.sampleCount, hasBias: hasBias)
        }
        return LinearModel(data, weight: weight, bias: bias, statistics: statistics)
    }

    private func problem(_ data: FittingData, _ factors: LeastSquaresFactors) -> String {
        let remedy =
            "leave some out, take Ridge, or ask for the shortest of the equally good weights by shortRank: .shortest"
        if data.sampleCount < factors.count {
            return
                "\(data.sampleCount) samples do not determine \(factors.count) coefficients of an output: take more samples, or \(remedy)"
        }
        let names = factors.dependent.map { $0 == data.featureCount ? "the bias" : "feature \($0)" }
        let shown = names.prefix(20).joined(separator: ", ") + (names.count > 20 ? " and \(names.count - 20) more" : "")
        return
            "the rank is \(factors.rank), short of the \(factors.count) coefficients: in float64 these depend on each other linearly: \(shown): \(remedy)"
    }

    private func shortest(_ data: FittingData) throws -> LinearModel {
        let (x, y) = (Centered(data.x, isNeeded: hasBias), Centered(data.y, isNeeded: hasBias))
        let weight = try SingularValues(x.values).weight(y.values, penalty: 0)
        return LinearModel(data, weight: weight, bias: biases(weight, x, y))
    }
}

/// ȳ − W x̄
func biases(_ weight: Tensor, _ x: Centered, _ y: Centered) -> [Double] {
    (Tensor(y.means) - matmul(weight, Tensor(x.means))).array()
}
