/// How values become places along an axis.
public enum AxisScale: Sendable, Hashable {
    case linear
    /// By the logarithm; values of 0 and below have no place.
    case logarithmic
}

/// An axis over some values: where each lies, and which numbers are written at it.
struct Axis {
    let scale: AxisScale
    /// The ends, of logarithms where the scale is such.
    private let low: Double
    private let high: Double
    private(set) var ticks: [(value: Double, label: String)]

    /// What is larger lies at the edge: the difference of two values must be finite.
    private static let limit = 1e307

    /// An axis that has room for all finite values, or for `range` alone. `isTight`: it ends where the values do, and
    /// not at a round number. `count`: about how many numbers there are room for.
    init(_ values: [Double], _ scale: AxisScale, range: ClosedRange<Double>? = nil, isTight: Bool = false, count: Int) {
        self.scale = scale
        let shown = (range.map { [$0.lowerBound, $0.upperBound] } ?? values)
            .filter { $0.isFinite && (scale == .linear || $0 > 0) }.map { min(max($0, -Self.limit), Self.limit) }
        var (low, high) = (shown.min() ?? (scale == .linear ? 0 : 0.1), shown.max() ?? 1)
        switch scale {
        case .linear:
            (low, high) = Self.widened(low, high)
            var step = Self.step(high - low, count)
            // Steps and epochs have no halves.
            let isCounted = isTight && high - low >= 1 && shown.allSatisfy { $0.rounded() == $0 }
            if isCounted { step = max(step, 1) }
            if !isTight && range == nil {
                low = (low / step).rounded(.down) * step
                high = (high / step).rounded(.up) * step
            }
            ticks = Self.linearTicks(low, high, step)
            if isCounted, low > 0, let first = ticks.first, first.value - low > 0.6 * step {
                ticks.insert((low, NumberLabel.labels([low], step: 1)[0]), at: 0)
            }
        case .logarithmic:
            (low, high) = (decimalLogarithm(low), decimalLogarithm(high))
            if !isTight && range == nil || high - low < 1e-3 {
                // Whole powers of ten, or their halves and fifths where the values span less than one.
                (low, high) = (Self.roundLogarithm(low, .down), Self.roundLogarithm(high, .up))
                if low == high { (low, high) = (low - 1, high + 1) }
            }
            ticks = Self.logarithmicTicks(low, high, count)
        }
        (self.low, self.high) = (low, high)
    }

    /// 0 at the lower end, 1 at the upper; nil for what has no place.
    func share(_ value: Double) -> Double? {
        guard value.isFinite, scale == .linear || value > 0 else { return nil }
        let held = min(max(value, -Self.limit), Self.limit)
        let place = scale == .linear ? held : decimalLogarithm(held)
        return (place - low) / (high - low)
    }

    /// Ends that differ by enough for numbers to tell them apart.
    private static func widened(_ low: Double, _ high: Double) -> (Double, Double) {
        let size = max(abs(low), abs(high))
        if size < 1e-300 { return (-1, 1) }
        if high - low >= size * 1e-9 { return (low, high) }
        let margin = low == high ? size / 2 : size * 1e-9
        return (low - margin, high + margin)
    }

    /// 1, 2 or 5 times a power of ten, so that a length has at most about `count` of them.
    private static func step(_ length: Double, _ count: Int) -> Double {
        let rough = length / Double(max(count, 1))
        let power = powerOfTen(Int(decimalLogarithm(rough).rounded(.down)))
        let factor = [1.0, 2, 5, 10].first { $0 * power >= rough * 0.999 } ?? 10
        return factor * power
    }

    private static func linearTicks(_ low: Double, _ high: Double, _ step: Double) -> [(value: Double, label: String)] {
        let first = (low / step - 1e-6).rounded(.up)
        let count = Int(max(0, ((high / step + 1e-6).rounded(.down) - first)))
        let values = (0...min(count, 100)).map { (first + Double($0)) * step }
        return zip(values, NumberLabel.labels(values, step: step)).map { ($0, $1) }
    }

    private static func roundLogarithm(_ exponent: Double, _ rule: FloatingPointRoundingRule) -> Double {
        let power = exponent.rounded(.down)
        let parts = [0, decimalLogarithm(2), decimalLogarithm(5), 1].map { power + $0 }
        return rule == .down
            ? parts.last { $0 <= exponent + 1e-9 } ?? power : parts.first { $0 >= exponent - 1e-9 } ?? power + 1
    }

    private static func logarithmicTicks(_ low: Double, _ high: Double, _ count: Int) -> [(
        value: Double, label: String
    )] {
        let (first, last) = (Int((low - 1e-6).rounded(.up)), Int((high + 1e-6).rounded(.down)))
        let powers = max(last - first, 0)
        if powers >= 2 {
            let step = max(1, (powers + count - 1) / max(count, 1))
            return stride(from: last, through: first, by: -step).map {
                (powerOfTen($0), "10" + NumberLabel.superscript($0))
            }
        }
        // Few powers: with their multiples between them.
        var found: [(value: Double, label: String)] = []
        for exponent in Int(low.rounded(.down)) - 1...Int(high.rounded(.up)) {
            for factor in [1.0, 2, 5] {
                let place = Double(exponent) + decimalLogarithm(factor)
                if place < low - 1e-6 || place > high + 1e-6 { continue }
                let value = factor * powerOfTen(exponent)
                found.append((value, NumberLabel.labels([value], step: powerOfTen(exponent))[0]))
            }
        }
        return found
    }

    /// The nearest to 10ⁿ.
    private static func powerOfTen(_ exponent: Int) -> Double { Double("1e\(exponent)") ?? 0 }
}
