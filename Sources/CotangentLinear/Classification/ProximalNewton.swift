import CotangentTensor

/// Newton's method for a logistic loss and λ ‖W‖₁: each step minimises the loss's quadratic model and the penalty together,
/// by ``QuadraticDescent``, and ends it with a line search.
///
/// The model is of all rows at once, or, where that matrix would be large, of one after the other.
struct ProximalNewton {
    private let loss: LogisticLoss
    private let l1: [Double]
    private let tolerance: Double
    private let limit: Int
    private let blocks: [Range<Int>]

    /// Up to so many coefficients there is one matrix of them all.
    static let largestMatrix = 1000

    init(_ loss: LogisticLoss, l1: Double, _ tolerance: Double, _ limit: Int) {
        self.loss = loss
        self.tolerance = tolerance
        self.limit = limit
        self.l1 = (0..<loss.coefficientCount).map { loss.hasBias && ($0 + 1) % loss.width == 0 ? 0 : l1 }
        blocks =
            loss.coefficientCount <= Self.largestMatrix
            ? [0..<loss.rowCount] : (0..<loss.rowCount).map { $0..<$0 + 1 }
    }

    private func penalty(_ place: Tensor) -> Double { zip(place.doubles, l1).reduce(0) { $0 + abs($1.0) * $1.1 } }

    func minimum() throws -> Tensor {
        var place = loss.start
        var scores = loss.scores(place)
        var value = loss.value(place, scores)
        var slope = Double.infinity
        for iteration in 0..<limit {
            let rows = blocks[iteration % blocks.count]
            let probabilities = loss.probabilities(scores)
            let gradient = loss.gradient(place, probabilities)
            slope = violation(place, gradient, 0..<loss.rowCount)
            if slope <= tolerance { return place }
            let own = violation(place, gradient, rows)
            if own <= 0.1 * tolerance { continue }

            let step = try step(place, gradient, probabilities, rows, goal: max(0.05 * tolerance, 0.01 * own * min(1, own)))
            let expected = sum(gradient * step).item + penalty(place + step) - penalty(place)
            guard
                let next = loss.lineSearch(from: place, value, along: step, expected: expected, extra: { penalty($0) })
            else { throw loss.notConverged("the proximal Newton method found no lower value", slope, tolerance) }
            (place, scores, value) = next
        }
        throw loss.notConverged("the proximal Newton method took \(limit) steps", slope, tolerance)
    }

    /// The way to the minimum of model and penalty in the coefficients of `rows`, 0 in the others.
    private func step(
        _ place: Tensor, _ gradient: Tensor, _ probabilities: Tensor, _ rows: Range<Int>, goal: Double
    ) throws -> Tensor {
        let here = place[rows].flattened
        let decay = loss.decays(rows: rows.count)
        let matrix = loss.curvature(probabilities, rows: rows)
        // ½ (u − w)ᵀH(u − w) + gᵀ(u − w), of the loss without its penalty, as ½ uᵀH u − cᵀu.
        let target = matmul(matrix, here) - gradient[rows].flattened + here * Tensor(decay)
        let span = rows.lowerBound * loss.width..<rows.upperBound * loss.width
        var descent = QuadraticDescent(
            matrix: matrix.array(), target: target.array(), l1: Array(l1[span]), l2: decay, start: here.array())
        guard descent.run(limit: 100_000, until: { $0.violation <= goal }) != nil else {
            throw loss.notConverged("coordinate descent on the quadratic model did not end", descent.violation, goal)
        }
        var result = Tensor.zeros(like: place)
        result[rows] = Tensor(descent.weight, shape: [rows.count, loss.width]) - place[rows]
        return result
    }

    /// The largest distance of a slope from where the minimum allows it.
    private func violation(_ place: Tensor, _ gradient: Tensor, _ rows: Range<Int>) -> Double {
        let (w, g) = (place.doubles, gradient.doubles)
        return (rows.lowerBound * loss.width..<rows.upperBound * loss.width).reduce(0) {
            max($0, slopeExcess(-g[$1], weight: w[$1], l1: l1[$1]))
        }
    }
}
