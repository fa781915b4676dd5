import CotangentTensor

/// The mean of −log p(yᵢ | xᵢ), and ½ λ ‖W‖², as a function of coefficients [rows, features + 1], the bias last; or without
/// one. Two classes have one row.
struct LogisticLoss {
    /// [samples, coefficients of a row], float64
    let design: Tensor
    /// [samples, rows]: 1 where the sample is of the class; of two classes, of the second.
    private let truth: Tensor
    private let places: [Int]
    let l2: Double
    let hasBias: Bool
    /// 1 for two classes.
    let rowCount: Int
    /// [coefficients of a row]: λ, and 0 for the bias.
    private let decay: Tensor
    private let samples: Double

    init(_ x: Tensor, _ data: LabelledData, l2: Double, hasBias: Bool) {
        let count = x.shape[0]
        design = hasBias ? concatenate([x, Tensor.ones([count, 1], dtype: .float64)], axis: 1) : x
        self.l2 = l2
        self.hasBias = hasBias
        rowCount = data.classes.count == 2 ? 1 : data.classes.count
        places = data.places
        truth =
            rowCount == 1
            ? Tensor(places.map(Double.init), shape: [count, 1])
            : oneHot(Tensor(places), classes: rowCount, dtype: .float64)
        decay = Tensor([Double](repeating: l2, count: x.shape[1]) + (hasBias ? [0] : []))
        samples = Double(count)
    }

    /// Coefficients of a row.
    var width: Int { design.shape[1] }
    var coefficientCount: Int { rowCount * width }
    var start: Tensor { Tensor.zeros([rowCount, width], dtype: .float64) }

    /// The weight [rows, features] and the bias [rows].
    func split(_ coefficients: Tensor) -> (weight: Tensor, bias: Tensor) {
        let features = width - (hasBias ? 1 : 0)
        let weight = coefficients[0..., ..<features].contiguous
        guard hasBias else { return (weight, Tensor.zeros([rowCount], dtype: .float64)) }
        let bias = coefficients[0..., features].contiguous
        // Of several rows' biases only the differences matter.
        return (weight, rowCount == 1 ? bias : bias - mean(bias))
    }

    /// W x + b, [samples, rows]
    func scores(_ coefficients: Tensor) -> Tensor { matmul(design, coefficients.transposed) }

    /// [samples, rows]
    func probabilities(_ scores: Tensor) -> Tensor { rowCount == 1 ? sigmoid(scores) : softmax(scores, axis: 1) }

    func value(_ coefficients: Tensor, _ scores: Tensor) -> Double {
        let normalizer = rowCount == 1 ? softplus(scores) : logSumExp(scores, axes: [1], keepingAxes: true)
        let likelihood = sum(normalizer - sum(scores * truth, axes: [1], keepingAxes: true)).item / samples
        return likelihood + 0.5 * sum(coefficients * coefficients * decay).item
    }

    func gradient(_ coefficients: Tensor, _ probabilities: Tensor) -> Tensor {
        matmul((probabilities - truth).transposed, design) / samples + coefficients * decay
    }

    func valueAndGradient(_ coefficients: Tensor) -> (value: Tensor, gradient: Tensor) {
        let scores = scores(coefficients)
        return (
            Tensor(scalar: value(coefficients, scores)), gradient(coefficients, probabilities(scores))
        )
    }

    /// The second derivatives by the coefficients of `rows`, [coefficients, coefficients], without the penalty's: of rows a
    /// and b, Xᵀ diag(pₐ (δₐᵦ − pᵦ)) X / n.
    func curvature(_ probabilities: Tensor, rows: Range<Int>) -> Tensor {
        var lines: [[Tensor]] = []
        for a in rows {
            let p = probabilities[0..., a]
            var line: [Tensor] = []
            for b in rows {
                if b < a {
                    line.append(lines[b - rows.lowerBound][a - rows.lowerBound].transposed)
                    continue
                }
                let weights = a == b ? p * (1 - p) : -p * probabilities[0..., b]
                line.append(matmul((design * weights.expandingAxis(1)).transposed, design) / samples)
            }
            lines.append(line)
        }
        return lines.count == 1 ? lines[0][0] : concatenate(lines.map { concatenate($0, axis: 1) }, axis: 0)
    }

    /// λ for each coefficient of a row, repeated.
    func decays(rows: Int) -> [Double] { [[Double]](repeating: decay.doubles, count: rows).flatMap { $0 } }

    /// Standard errors of a row's coefficients, by the inverse of the information n · ∂²loss.
    func standardErrors(at coefficients: Tensor) throws -> (weight: Tensor, bias: Tensor) {
        let information = curvature(probabilities(scores(coefficients)), rows: 0..<1) * samples
        let factor = try information.choleskyFactor()
        let inverse = try factor.solve(Tensor.identity(width, dtype: .float64), assuming: .lowerTriangular)
        return split(sqrt(sum(inverse * inverse, axes: [0])).expandingAxis(0))
    }

    // MARK: What is wrong with the data

    /// Whether every sample's own class has the largest score: then larger coefficients are always better.
    func separates(_ coefficients: Tensor) -> Bool {
        let scores = scores(coefficients).array(of: Double.self)
        return places.enumerated().allSatisfy { sample, place in
            if rowCount == 1 { return place == 1 ? scores[sample] > 0 : scores[sample] < 0 }
            let row = scores[sample * rowCount..<(sample + 1) * rowCount]
            let own = row[row.startIndex + place]
            return row.indices.allSatisfy { $0 == row.startIndex + place || row[$0] < own }
        }
    }

    var separable: FitError {
        FitError(
            .separable, "LogisticRegression",
            "planes separate the classes, so without a penalty the coefficients grow without end: penalise, .l2(1e-3), say")
    }

    func notConverged(_ how: String, _ slope: Double, _ tolerance: Double) -> FitError {
        FitError(
            .notConverged, "LogisticRegression",
            "\(how), with a slope of \(slope) for the tolerance \(tolerance): standardise the features, or allow more iterations or a larger tolerance"
        )
    }
}
