import CotangentTensor

/// The elastic net of many features: the Gram matrix is made of those alone that are at work, as it is in blitz and celer
/// (Johnson and Guestrin, 2015; Massias, Gramfort and Salmon, 2018).
///
/// Each round asks all features for their slopes, takes those at work and the most violating others, and descends among
/// them; it ends by the duality gap over all features.
struct WorkingSets {
    /// Centred, [samples, features], float64.
    let x: Tensor
    /// [features, samples], contiguous: a feature is a row.
    let columns: Tensor
    /// Centred, [samples].
    let y: Tensor
    let squares: Double
    private(set) var weight: [Double]

    init(x: Tensor, columns: Tensor, y: Tensor) {
        self.x = x
        self.columns = columns
        self.y = y
        squares = sum(y * y).item
        weight = [Double](repeating: 0, count: x.shape[1])
    }

    /// Returns the gap, or nil where it stays above `tolerance` after `limit` sweeps in all.
    mutating func run(alpha: Double, beta: Double, tolerance: Double, limit: Int) -> Double? {
        var sweeps = 0
        var isAtRounding = false
        while true {
            let residual = y - matmul(x, Tensor(weight))
            let products = matmul(columns, residual).array(of: Double.self)
            var (norm, absolute, largest) = (0.0, 0.0, 0.0)
            var excess = [Double](repeating: 0, count: weight.count)
            for j in weight.indices {
                norm += weight[j] * weight[j]
                absolute += Swift.abs(weight[j])
                excess[j] = Swift.abs(products[j] - beta * weight[j])
                largest = max(largest, excess[j])
            }
            let gap = elasticNetGap(
                residual: sum(residual * residual).item, overlap: sum(residual * y).item, squaredNorm: norm,
                absoluteNorm: absolute, slope: largest, alpha: alpha, beta: beta)
            if gap <= tolerance { return gap }
            let active = weight.indices.filter { weight[$0] != 0 }
            let candidates = weight.indices.filter { weight[$0] == 0 && excess[$0] > alpha }
                .sorted { excess[$0] > excess[$1] }
            // Nothing but rounding is left of the gap.
            if candidates.isEmpty, isAtRounding { return gap }
            if sweeps >= limit { return nil }
            let chosen = (active + candidates.prefix(max(active.count, 20))).sorted()
            let part = gather(columns, Tensor(chosen))
            let gram = matmul(part, part.transposed)
            let start = chosen.map { weight[$0] }
            var descent = QuadraticDescent(
                matrix: gram.array(), target: matmul(part, y).array(), l1: .init(repeating: alpha, count: chosen.count),
                l2: .init(repeating: beta, count: chosen.count), start: start)
            // The rest of the gap is other features', as long as there are candidates.
            let goal = candidates.isEmpty ? 0.1 * tolerance : max(0.1 * tolerance, 0.01 * gap)
            sweeps += descent.run(limit: limit - sweeps) { $0.dualityGap(squares: squares) <= goal } ?? limit
            isAtRounding = descent.isMinimumToRounding
            for (place, j) in chosen.enumerated() { weight[j] = descent.weight[place] }
        }
    }
}
