import CotangentTensor

/// What least squares says of its coefficients when y = W x + b + ε, with ε independent, normal and of one variance for
/// each output.
public struct LinearStatistics: Sendable, Equatable {
    /// Standard errors of the weight, [outputs, inputs], float64: s √(XᵀX)⁻¹ⱼⱼ, with the column of ones in X.
    public let weightErrors: Tensor
    /// Of the bias, [outputs]; zeros where the model has none.
    public let biasErrors: Tensor
    /// s² = Σ (y − ŷ)² / (degrees of freedom), [outputs].
    public let residualVariance: Tensor
    /// Samples less coefficients of an output, the bias among them.
    public let degreesOfFreedom: Int
    /// R² of the samples that the model was fitted to, [outputs]. Without a bias it is 1 − Σ (y − ŷ)² / Σ y², as NIST, R
    /// and others define it.
    public let determination: Tensor
    /// 1 − (1 − R²) · (samples − 1) / (degrees of freedom), [outputs]; without a bias, samples in place of samples − 1.
    public let adjustedDetermination: Tensor
    /// The weight over its errors, [outputs, inputs]: Student's t for the hypothesis that it is 0.
    public let weightT: Tensor
    /// The bias over its errors, [outputs]; NaN where the model has none.
    public let biasT: Tensor

    /// How likely a t as large as the weight's, to either side, would be if the weight were 0: [outputs, inputs].
    public var weightP: Tensor { probabilities(weightT) }
    /// The same for the bias, [outputs].
    public var biasP: Tensor { probabilities(biasT) }

    private func probabilities(_ t: Tensor) -> Tensor {
        Tensor(t.doubles.map { studentTail($0, degreesOfFreedom: degreesOfFreedom) }, shape: t.shape)
    }

    /// - Parameters:
    ///   - weight: [outputs, inputs], and the others likewise, in float64.
    ///   - inverseDiagonal: (XᵀX)⁻¹ⱼⱼ, of the inputs and then, where there is a bias, of it.
    ///   - squares: Σ (y − ŷ)² of each output; totals: Σ (y − ȳ)², or Σ y² without a bias.
    init(
        weight: Tensor, bias: [Double], inverseDiagonal: [Double], squares: [Double], totals: [Double], samples: Int,
        hasBias: Bool
    ) {
        let inputs = weight.shape[1]
        let freedom = samples - inputs - (hasBias ? 1 : 0)
        let variance = Tensor(squares) / Double(freedom)
        let deviation = sqrt(variance)
        degreesOfFreedom = freedom
        residualVariance = variance
        weightErrors =
            deviation.expandingAxis(1) * Tensor(inverseDiagonal[..<inputs].map { $0.squareRoot() }).expandingAxis(0)
        biasErrors = hasBias ? deviation * inverseDiagonal[inputs].squareRoot() : Tensor.zeros(like: deviation)
        weightT = weight / weightErrors
        biasT = hasBias ? Tensor(bias) / biasErrors : Tensor.full(biasErrors.shape, Double.nan, dtype: .float64)
        let shares = zip(squares, totals).map { $1 > 0 ? $0 / $1 : $0 == 0 ? 0 : 1 }
        determination = Tensor(shares.map { 1 - $0 })
        adjustedDetermination = Tensor(shares.map { 1 - $0 * Double(samples - (hasBias ? 1 : 0)) / Double(freedom) })
    }

    // MARK: Files

    private static let prefix = "statistics"

    func store(in record: inout ModelRecord) {
        record.nest(Self.prefix) { part in
            part["weightErrors"] = weightErrors
            part["biasErrors"] = biasErrors
            part["residualVariance"] = residualVariance
            part["determination"] = determination
            part["adjustedDetermination"] = adjustedDetermination
            part["weightT"] = weightT
            part["biasT"] = biasT
            part[integer: "degreesOfFreedom"] = degreesOfFreedom
        }
    }

    /// nil where the record has none.
    init?(from record: ModelRecord, outputs: Int, inputs: Int) throws {
        let part = record.nested(Self.prefix)
        if part.isEmpty { return nil }
        func tensor(_ name: String, _ shape: Shape) throws -> Tensor { try part.float64(name, shape: shape) }
        weightErrors = try tensor("weightErrors", [outputs, inputs])
        weightT = try tensor("weightT", [outputs, inputs])
        biasErrors = try tensor("biasErrors", [outputs])
        biasT = try tensor("biasT", [outputs])
        residualVariance = try tensor("residualVariance", [outputs])
        determination = try tensor("determination", [outputs])
        adjustedDetermination = try tensor("adjustedDetermination", [outputs])
        degreesOfFreedom = try part.integer("degreesOfFreedom", in: 1...Int.max)
    }

    /// Values that are NaN in both are equal here: a model without a bias has no t of it.
    public static func == (a: LinearStatistics, b: LinearStatistics) -> Bool {
        func same(_ x: Tensor, _ y: Tensor) -> Bool {
            x.shape == y.shape && zip(x.doubles, y.doubles).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
        }
        return a.degreesOfFreedom == b.degreesOfFreedom && same(a.weightErrors, b.weightErrors)
            && same(a.biasErrors, b.biasErrors) && same(a.residualVariance, b.residualVariance)
            && same(a.determination, b.determination) && same(a.adjustedDetermination, b.adjustedDetermination)
            && same(a.weightT, b.weightT) && same(a.biasT, b.biasT)
    }
}
