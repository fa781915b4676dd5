/// A mean in which a value counts for 0.9 of the one behind it; what is not finite shows, and is forgotten.
struct RecentMean {
    private var sum = 0.0
    private var weight = 0.0

    mutating func take(_ value: Double) {
        if !sum.isFinite { (sum, weight) = (0, 0) }
        sum = 0.9 * sum + value
        weight = 0.9 * weight + 1
    }

    var value: Double { weight > 0 ? sum / weight : .nan }
}
