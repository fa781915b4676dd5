/// A step along a direction of descent that fulfils the strong Wolfe conditions
///
///     φ(α) ≤ φ(0) + c₁ α φ′(0)   and   |φ′(α)| ≤ c₂ |φ′(0)|,
///
/// φ(α) = C(p + α d): J. Nocedal, S. Wright, "Numerical Optimization", 2nd ed., algorithms 3.5 (a bracket) and 3.6
/// (narrowing it, by cubic interpolation).
///
/// Where a step's gain is less than what φ is rounded by, values cannot tell, and slopes decide (as in W. Hager,
/// H. Zhang, "A new conjugate gradient method with guaranteed descent", 2005, section 2): `noise` is added to both
/// sides' comparisons. A point at which φ is not finite counts as higher than any other.
package struct StrongWolfe {
    package var c1 = 1e-4
    package var c2 = 0.9
    package var evaluationLimit = 40

    package init() {}

    /// A step, φ and φ′ there, and what else the caller knows of the place.
    package struct Trial<Place> {
        package let step: Double
        package let value: Double
        package let slope: Double
        package let place: Place

        package init(step: Double, value: Double, slope: Double, place: Place) {
            self.step = step
            self.value = value
            self.slope = slope
            self.place = place
        }

        var isFinite: Bool { value.isFinite && slope.isFinite }
    }

    /// The step, or nil where none was found.
    ///
    /// - Parameter start: at step 0, with a negative slope.
    /// - Parameter first: the step that is tried first.
    package func search<Place>(
        from start: Trial<Place>, first: Double, noise: Double, _ evaluate: (Double) throws -> Trial<Place>
    ) rethrows -> Trial<Place>? {
        var (before, step) = (start, first)
        var isFirst = true
        for evaluation in 1...evaluationLimit {
            let trial = try evaluate(step)
            let left = evaluationLimit - evaluation
            let isHigh =
                !trial.isFinite || isTooHigh(trial, start, noise) || !isFirst && trial.value >= before.value + noise
            if isHigh { return try narrow(low: before, high: trial, start, noise, left, evaluate) }
            if isFlat(trial, start) { return trial }
            if trial.slope >= 0 { return try narrow(low: trial, high: before, start, noise, left, evaluate) }
            // Still downhill: further on, between 1.1 and 4 times the last stretch (as J. Moré, D. Thuente, 1994, do).
            let stretch = trial.step - before.step
            let (nearest, farthest) = (trial.step + 1.1 * stretch, trial.step + 4 * stretch)
            let guess = Self.minimumOfCubic(before, trial)
            step = guess.map { $0 < nearest ? ($0 > trial.step ? nearest : farthest) : min($0, farthest) } ?? farthest
            before = trial
            isFirst = false
            guard step.isFinite else { return nil }
        }
        return nil
    }

    /// Algorithm 3.6: the interval between `low`, the lowest point that fulfils the first condition, and `high` holds
    /// steps that fulfil both.
    private func narrow<Place>(
        low: Trial<Place>, high: Trial<Place>, _ start: Trial<Place>, _ noise: Double, _ evaluations: Int,
        _ evaluate: (Double) throws -> Trial<Place>
    ) rethrows -> Trial<Place>? {
        var (low, high) = (low, high)
        // An interval that two interpolations did not narrow to two thirds is halved.
        var widths = (Double.infinity, Double.infinity)
        for _ in 0..<max(0, evaluations) {
            let width = Swift.abs(high.step - low.step)
            let (left, right) = (min(low.step, high.step), max(low.step, high.step))
            var step = (left + right) / 2
            if high.isFinite, width <= 0.66 * widths.0, let guess = Self.minimumOfCubic(low, high) {
                step = min(max(guess, left + 0.1 * width), right - 0.1 * width)
            }
            widths = (widths.1, width)
            // No number lies between the ends.
            guard step > left, step < right else { break }
            let trial = try evaluate(step)
            if !trial.isFinite || isTooHigh(trial, start, noise) || trial.value >= low.value + noise {
                high = trial
            } else {
                if isFlat(trial, start) { return trial }
                if trial.slope * (high.step - low.step) >= 0 { high = low }
                low = trial
            }
        }
        // Lower, although not flat enough: progress all the same.
        return low.step > 0 && low.value < start.value ? low : nil
    }

    private func isTooHigh<Place>(_ trial: Trial<Place>, _ start: Trial<Place>, _ noise: Double) -> Bool {
        trial.value > start.value + c1 * trial.step * start.slope + noise
    }

    private func isFlat<Place>(_ trial: Trial<Place>, _ start: Trial<Place>) -> Bool {
        Swift.abs(trial.slope) <= -c2 * start.slope
    }

    /// Where the cubic with the values and slopes of two points has its minimum (Nocedal and Wright, equation 3.59);
    /// nil where it has none.
    static func minimumOfCubic<Place>(_ a: Trial<Place>, _ b: Trial<Place>) -> Double? {
        let d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.step - b.step)
        let square = d1 * d1 - a.slope * b.slope
        guard square >= 0 else { return nil }
        let d2 = (b.step > a.step ? 1 : -1) * square.squareRoot()
        let step = b.step - (b.step - a.step) * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2)
        return step.isFinite ? step : nil
    }
}
