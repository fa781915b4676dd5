import CotangentTensor

/// The fits of an ``ElasticNet`` to one set of data, in sums over the samples: λ is multiplied by n.
struct ElasticNetFit {
    private let data: FittingData
    private let net: ElasticNet
    private let x: Centered
    private let y: Centered
    /// [features, samples]
    private let columns: Tensor
    /// Xᵀy, [outputs, features]
    private let products: [[Double]]
    /// Σ (y − ȳ)² of each output.
    private let squares: [Double]

    /// Up to so many features the Gram matrix is made: above, its memory and the products for it would outweigh the fit.
    static let largestGram = 1000

    init(_ data: FittingData, _ net: ElasticNet) {
        self.data = data
        self.net = net
        x = Centered(data.x, isNeeded: net.hasBias)
        y = Centered(data.y, isNeeded: net.hasBias)
        columns = x.values.transposed.contiguous
        let all = matmul(y.values.transposed, x.values)
        products = (0..<data.outputCount).map { all[$0].array() }
        squares = sum(y.values * y.values, axes: [0]).array()
    }

    /// In equal ratios from the smallest penalty that leaves no weight, max |Xᵀy| / (n ρ).
    private func grid(_ count: Int, _ ratio: Double) -> [Double] {
        let slope = products.joined().reduce(0) { max($0, abs($1)) }
        // Where y is constant every penalty leaves no weight.
        let largest = slope > 0 ? slope / Double(data.sampleCount) / net.l1Ratio : 1
        if count == 1 { return [largest] }
        let steps = Tensor.linearSpace(from: 0, to: 1, count: count, dtype: .float64)
        let factors = exp(steps * log(Tensor([ratio])).item).array(of: Double.self)
        return factors.map { largest * $0 }
    }

    func path(_ penalties: [Double]?, count: Int, ratio: Double) throws(FitError) -> PenaltyPath {
        let penalties = penalties?.sorted(by: >) ?? grid(count, ratio)
        let (features, outputs) = (data.featureCount, data.outputCount)
        var weights = [Double](repeating: 0, count: penalties.count * outputs * features)
        var biases = [Double](repeating: 0, count: penalties.count * outputs)
        var gaps = biases
        let gram = features <= Self.largestGram ? matmul(columns, x.values).array(of: Double.self) : nil
        for output in 0..<outputs {
            var fit = OutputFit(self, output, gram)
            for (place, penalty) in penalties.enumerated() {
                let row = place * outputs + output
                gaps[row] = try fit.run(penalty)
                let weight = fit.weight
                var bias = y.means[output]
                for j in 0..<features {
                    weights[row * features + j] = weight[j]
                    bias -= weight[j] * x.means[j]
                }
                biases[row] = bias
            }
        }
        return PenaltyPath(
            data, penalties: penalties, weights: Tensor(weights, shape: [penalties.count, outputs, features]),
            biases: Tensor(biases, shape: [penalties.count, outputs]),
            gaps: Tensor(gaps, shape: [penalties.count, outputs]))
    }

    /// One output's descent, which goes on from penalty to penalty.
    private struct OutputFit {
        private enum Form {
            case gram(QuadraticDescent)
            case sets(WorkingSets)
        }
        private var form: Form
        private let net: ElasticNet
        private let samples: Double
        private let squares: Double

        init(_ fit: ElasticNetFit, _ output: Int, _ gram: [Double]?) {
            net = fit.net
            samples = Double(fit.data.sampleCount)
            squares = fit.squares[output]
            if let gram {
                let zeros = [Double](repeating: 0, count: fit.data.featureCount)
                form = .gram(QuadraticDescent(matrix: gram, target: fit.products[output], l1: zeros, l2: zeros))
            } else {
                form = .sets(
                    WorkingSets(x: fit.x.values, columns: fit.columns, y: fit.y.values[.all, output].contiguous))
            }
        }

        var weight: [Double] {
            switch form {
            case .gram(let descent): descent.weight
            case .sets(let sets): sets.weight
            }
        }

        /// Returns the gap, as a part of half the squares.
        mutating func run(_ penalty: Double) throws(FitError) -> Double {
            let alpha = penalty * net.l1Ratio * samples
            let beta = penalty * (1 - net.l1Ratio) * samples
            let scale = squares > 0 ? squares / 2 : 1
            let goal = net.tolerance * scale
            let gap: Double?
            switch form {
            case .gram(var descent):
                // A second reference to the arrays would have each write copy them.
                form = .gram(Self.empty)
                for j in 0..<descent.size { (descent.l1[j], descent.l2[j]) = (alpha, beta) }
                let squares = squares
                let sweeps = descent.run(limit: net.sweepLimit) { $0.dualityGap(squares: squares) <= goal }
                gap = sweeps == nil ? nil : descent.dualityGap(squares: squares)
                form = .gram(descent)
            case .sets(var sets):
                gap = sets.run(alpha: alpha, beta: beta, tolerance: goal, limit: net.sweepLimit)
                form = .sets(sets)
            }
            guard let gap else {
                throw FitError(
                    .notConverged, "ElasticNet",
                    "with penalty \(penalty) the duality gap is still above \(net.tolerance) of Σ (y − ȳ)² / 2n after \(net.sweepLimit) sweeps: allow more, or a larger tolerance or penalty"
                )
            }
            return max(gap, 0) / scale
        }

        private static let empty = QuadraticDescent(matrix: [], target: [], l1: [], l2: [])
    }
}
