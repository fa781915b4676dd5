/// A step along a direction of descent that fulfils the strong Wolfe conditions
///
///     φ(α) ≤ φ(0) + c₁ α φ′(0)   and   |φ′(α)| ≤ c₂ |φ′(0)|,
///
/// φ(α) = C(p + α d): J. Nocedal, S. Wright, "Numerical Optimization", 2nd ed., algorithms 3.5 (a bracket) and 3.6
/// (narrowing it, by cubic interpolation).
///
/// Near a minimiser values differ in their last digits alone, while slopes still have many. So where two values agree to
/// `precision`, their difference is taken from the slopes by the trapezoidal rule: that is what W. Hager's and
/// H. Zhang's approximate Wolfe condition does ("A new conjugate gradient method with guaranteed descent", 2005). A
/// point at which φ is not finite counts as higher than any other.
package struct StrongWolfe {
    package var c1 = 1e-4
    package var c2 = 0.9
    package var evaluationLimit = 40
    /// Values are told apart where they differ by more than this, relative to them: two thirds of their digits.
    package let precision: Double

    /// - Parameter roundoff: what values are rounded by, relative to them.
    package init(roundoff: Double) { precision = cubeRoot(roundoff * roundoff) }

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

    package enum Outcome<Place> {
        case found(Trial<Place>)
        /// No step was found.
        case failed(Bracket?)
    }

    /// Where no lower value was found, although slopes say that there is one.
    package struct Bracket {
        /// The largest step in it.
        let reach: Double
        /// Whether a step could gain less than values are wrong by, as far as they and the slopes tell.
        let isHidden: Bool
    }

    /// - Parameters:
    ///   - start: at step 0, with a negative slope.
    ///   - first: the step that is tried first.
    package func search<Place>(
        from start: Trial<Place>, first: Double, _ evaluate: (Double) throws -> Trial<Place>
    ) rethrows -> Outcome<Place> {
        var (before, step) = (start, first)
        for evaluation in 1...evaluationLimit {
            let trial = try evaluate(step)
            let left = evaluationLimit - evaluation
            if isTooHigh(trial, start) || evaluation > 1 && rise(from: before, to: trial) >= 0 {
                return try narrow(low: before, high: trial, start, left, evaluate)
            }
            if isFlat(trial, start) { return .found(trial) }
            if trial.slope >= 0 { return try narrow(low: trial, high: before, start, left, evaluate) }
            // Still downhill: further on, between 1.1 and 4 times the last stretch (as J. Moré, D. Thuente, 1994, do).
            let stretch = trial.step - before.step
            let (nearest, farthest) = (trial.step + 1.1 * stretch, trial.step + 4 * stretch)
            step = farthest
            if let guess = minimumOfCubic(before, trial), guess > trial.step {
                step = min(max(guess, nearest), farthest)
            }
            before = trial
        }
        return .failed(nil)
    }

    /// Algorithm 3.6: the interval between `low`, the lowest point that fulfils the first condition, and `high` holds
    /// steps that fulfil both.
    private func narrow<Place>(
        low: Trial<Place>, high: Trial<Place>, _ start: Trial<Place>, _ evaluations: Int,
        _ evaluate: (Double) throws -> Trial<Place>
    ) rethrows -> Outcome<Place> {
        var (low, high) = (low, high)
        // An interval that two interpolations did not narrow to two thirds is halved.
        var widths = (Double.infinity, Double.infinity)
        for _ in 0..<evaluations {
            let width = Swift.abs(high.step - low.step)
            let (left, right) = (min(low.step, high.step), max(low.step, high.step))
            var step = (left + right) / 2
            if high.isFinite, width <= 0.66 * widths.0, let guess = minimumOfCubic(low, high) {
                // Not so near an end that nothing new would be learnt.
                step = min(max(guess, left + 0.01 * width), right - 0.01 * width)
            }
            widths = (widths.1, width)
            // No number lies between the ends.
            guard step > left, step < right else { break }
            let trial = try evaluate(step)
            if isTooHigh(trial, start) || rise(from: low, to: trial) >= 0 {
                high = trial
            } else {
                if isFlat(trial, start) { return .found(trial) }
                if trial.slope * (high.step - low.step) >= 0 { high = low }
                low = trial
            }
        }
        // Lower, although not flat enough: progress all the same.
        if low.step > 0, low.value < start.value { return .found(low) }
        guard high.isFinite, low.step < high.step else { return .failed(nil) }
        let gain = -start.slope * high.step
        let size = Swift.abs(start.value)
        // Values of neighbours that jump where slopes say they do not are wrong by as much.
        let jump = Swift.abs(high.value - low.value - trapezoid(from: low, to: high))
        let isNoisy = gain <= jump && jump <= size * precision.squareRoot()
        let isFlat = low.slope < 0 && high.slope >= 0 && gain <= size * precision
        return .failed(Bracket(reach: high.step, isHidden: isNoisy || isFlat))
    }

    /// φ(b) − φ(a)
    private func rise<Place>(from a: Trial<Place>, to b: Trial<Place>) -> Double {
        let difference = b.value - a.value
        if Swift.abs(difference) > precision * max(Swift.abs(a.value), Swift.abs(b.value)) { return difference }
        return trapezoid(from: a, to: b)
    }

    private func trapezoid<Place>(from a: Trial<Place>, to b: Trial<Place>) -> Double {
        (b.step - a.step) * (a.slope + b.slope) / 2
    }

    /// Whether the first condition is not fulfilled.
    func isTooHigh<Place>(_ trial: Trial<Place>, _ start: Trial<Place>) -> Bool {
        !trial.isFinite || rise(from: start, to: trial) > c1 * trial.step * start.slope
    }

    private func isFlat<Place>(_ trial: Trial<Place>, _ start: Trial<Place>) -> Bool {
        Swift.abs(trial.slope) <= -c2 * start.slope
    }

    /// Where the cubic with the values and slopes of two points has its minimum (Nocedal and Wright, equation 3.59);
    /// nil where it has none.
    private func minimumOfCubic<Place>(_ a: Trial<Place>, _ b: Trial<Place>) -> Double? {
        let width = b.step - a.step
        let d1 = a.slope + b.slope - 3 * rise(from: a, to: b) / width
        let square = d1 * d1 - a.slope * b.slope
        guard square >= 0 else { return nil }
        let d2 = (width > 0 ? 1 : -1) * square.squareRoot()
        let step = b.step - width * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2)
        return step.isFinite ? step : nil
    }
}

/// Of a positive number, by Newton's method; exact to a few units of the last place.
private func cubeRoot(_ x: Double) -> Double {
    var root = Double(sign: .plus, exponent: x.exponent / 3, significand: 1)
    for _ in 0..<8 { root = (2 * root + x / (root * root)) / 3 }
    return root
}
