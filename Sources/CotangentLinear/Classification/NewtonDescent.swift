import CotangentTensor

/// Newton's method with a line search: for a logistic loss, iteratively reweighted least squares.
struct NewtonDescent {
    private let loss: LogisticLoss
    private let tolerance: Double
    private let limit: Int

    init(_ loss: LogisticLoss, _ tolerance: Double, _ limit: Int) {
        self.loss = loss
        self.tolerance = tolerance
        self.limit = limit
    }

    func minimum(from start: Tensor? = nil) throws -> Tensor {
        var place = start ?? loss.start
        var scores = loss.scores(place)
        var value = loss.value(place, scores)
        for iteration in 0..<limit {
            let probabilities = loss.probabilities(scores)
            let gradient = loss.gradient(place, probabilities)
            if loss.l2 == 0, iteration > 0, loss.separates(place) { throw loss.separable }
            let step = try step(matrix(probabilities), gradient)
            let slope = max(abs(gradient)).item
            // Where classes are separable up to samples on the plane, slopes vanish while steps do not.
            let isSmall = max(abs(step)).item <= 1e-6 * (1 + max(abs(place)).item)
            if slope <= tolerance, isSmall { return place }
            let descent = sum(gradient * step).item
            guard let next = loss.lineSearch(from: place, value, along: step, expected: descent, extra: { _ in 0 }) else {
                // The value's rounding hides what is left to gain.
                if isSmall, slope <= max(1e-7, tolerance) { return place }
                throw loss.notConverged("Newton's method found no lower value", slope, tolerance)
            }
            (place, scores, value) = next
        }
        if loss.l2 == 0 { throw loss.separable }
        let slope = max(abs(loss.gradient(place, loss.probabilities(scores)))).item
        throw loss.notConverged("Newton's method took \(limit) steps", slope, tolerance)
    }

    private func step(_ matrix: Tensor, _ gradient: Tensor) throws -> Tensor {
        do {
            return try matrix.solve(-gradient.flattened, assuming: .symmetricPositiveDefinite).reshaped(gradient.shape)
        } catch {
            // Independent features were checked: what makes it singular is that samples' p(1 − p) vanish.
            throw loss.l2 == 0 ? loss.separable : error as any Error
        }
    }

    private func matrix(_ probabilities: Tensor) -> Tensor {
        let rows = loss.rowCount
        let penalty = Tensor(loss.decays(rows: rows))
        let identity = Tensor.identity(loss.coefficientCount, dtype: .float64)
        let curvature = loss.curvature(probabilities, rows: 0..<rows) + identity * penalty
        if rows == 1 { return curvature }
        // Adding the same to all rows changes no probability. Slopes that way are 0, so curvature put there changes no
        // step, and makes the matrix definite.
        let size = sum(curvature * identity).item / Double(loss.coefficientCount)
        let blocks = Tensor.identity(loss.width, dtype: .float64).tiled([rows, rows])
        return curvature + blocks * (size / Double(rows))
    }
}

extension LogisticLoss {
    /// The first of the steps 1, ½, ¼ … that lowers the value by enough (Armijo's rule), or nil.
    ///
    /// - Parameters:
    ///   - expected: what the objective falls by along the step to first order, below 0.
    ///   - extra: what is added to the loss.
    func lineSearch(
        from place: Tensor, _ value: Double, along step: Tensor, expected: Double, extra: (Tensor) -> Double
    ) -> (place: Tensor, scores: Tensor, value: Double)? {
        let noise = 4 * Double.ulpOfOne * Swift.abs(value)
        var length = 1.0
        for _ in 0..<40 {
            let next = place + step * length
            let scores = scores(next)
            let found = self.value(next, scores) + extra(next)
            if found <= value + 1e-4 * length * expected + noise { return (next, scores, found) }
            length /= 2
        }
        return nil
    }
}
