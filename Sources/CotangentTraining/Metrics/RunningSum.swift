/// A sum in the order of its terms, and so the same however they come in batches, with what rounding took away beside
/// it (Neumaier, 1974).
struct RunningSum: Sendable {
    private var sum = 0.0
    private var rest = 0.0
    private(set) var count = 0

    mutating func add(_ term: Double) {
        let total = sum + term
        rest += abs(sum) >= abs(term) ? (sum - total) + term : (term - total) + sum
        sum = total
        count += 1
    }

    var total: Double { sum.isFinite ? sum + rest : sum }
    /// NaN of nothing.
    var mean: Double { count == 0 ? .nan : total / Double(count) }

    /// Sum, rest and count, to go on from.
    var accumulated: [Double] {
        get { [sum, rest, Double(count)] }
        set {
            guard newValue.count == 3, let counts = wholeNumbers(newValue[2...]) else { return }
            (sum, rest, count) = (newValue[0], newValue[1], counts[0])
        }
    }
}
