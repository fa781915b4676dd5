import CotangentTensor

/// The samples of each class; classes in the order in which they come first, as scikit-learn has them.
struct ClassMembers {
    private(set) var members: [[Int]] = []

    /// - Throws: where a class has fewer than `least` samples.
    init(
        _ labels: Tensor, _ count: Int, atLeast least: Int, _ parts: String, _ operation: String
    ) throws(SplitError) {
        guard labels.dtype == .int64, labels.shape == [count] else {
            fail(operation, "\(count) samples are stratified by \(labels.summary): int64 [\(count)] is expected")
        }
        var places: [Int: Int] = [:]
        for (sample, label) in labels.ints.enumerated() {
            if let place = places[label] {
                members[place].append(sample)
            } else {
                places[label] = members.count
                members.append([sample])
            }
        }
        for (label, place) in places.sorted(by: { $0.key < $1.key }) where members[place].count < least {
            let found = members[place].count
            throw SplitError(
                .tooFewOfClass,
                "class \(label) has \(found) sample\(found == 1 ? "" : "s") for \(least) \(parts): split without regard to classes, or leave the class out"
            )
        }
    }

    mutating func shuffle(using generator: inout PhiloxGenerator) {
        for index in members.indices { members[index].shuffle(using: &generator) }
    }
}

/// `size` divided in proportion to `counts`, of which none gets more than it has: rounded down, and one more for those
/// with the largest remainders.
func proportionalShares(of size: Int, _ counts: [Int]) -> [Int] {
    let total = counts.reduce(0, +)
    if total == 0 { return counts }
    // In integers: a remainder that is a rounding error would decide wrongly.
    let exact = counts.map { total.dividingFullWidth($0.multipliedFullWidth(by: size)) }
    var shares = exact.map { $0.quotient }
    let order = counts.indices.sorted { (exact[$1].remainder, $0) < (exact[$0].remainder, $1) }
    for index in order.prefix(size - shares.reduce(0, +)) { shares[index] += 1 }
    return shares
}
