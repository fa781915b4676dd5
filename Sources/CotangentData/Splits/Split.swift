import CotangentTensor

/// In which way samples are divided among parts or folds.
public enum SplitMethod: Sendable {
    /// At random; the same seed gives the same parts.
    case random(seed: UInt64)
    /// At random, with each class in each part in the proportion that it has in all: by labels, int64 [samples].
    case stratified(by: Tensor, seed: UInt64)
    /// The first samples to the first part, and so on: of series in time, where a random split would test on the past
    /// of what was trained on.
    case inOrder
}

/// The numbers 0..<count in parts, each number in one part at most.
///
/// The sizes are scikit-learn's: every part but the first has ⌈fraction · count⌉ samples, and the first what is left,
/// or, where the fractions' sum is below 1, ⌊fraction · count⌋. Within a part the order is random too, but for
/// `.inOrder`.
///
/// Stratified, each part has of each class the number nearest to its share; where the rounded shares do not add up to
/// the part's size, the classes with the largest remainders have one more (of equal ones the first).
///
/// - Parameter fractions: above 0; their sum is 1 at most.
/// - Throws: ``SplitError`` where a part would be empty or, stratified, a class has fewer samples than there are parts.
public func splitIndices(
    _ count: Int, _ fractions: [Double], _ method: SplitMethod
) throws(SplitError) -> [[Int]] {
    let sizes = try splitSizes(count, fractions)
    let used = sizes.reduce(0, +)
    switch method {
    case .inOrder: return cut(Array(0..<used), sizes)
    case .random(let seed):
        var generator = PhiloxGenerator(seed: seed)
        return cut(Tensor.permutation(count, using: &generator).ints, sizes)
    case .stratified(let labels, let seed):
        var generator = PhiloxGenerator(seed: seed)
        var classes = try ClassMembers(labels, count, atLeast: fractions.count, "parts", "split")
        classes.shuffle(using: &generator)
        var parts: [[Int]] = []
        // From the last on, so that the first one has what is left, as its size is what is left.
        var left = classes.members.map(\.count)
        for size in sizes.reversed() {
            let shares = proportionalShares(of: size, left)
            parts.append(
                classes.members.indices.flatMap { c in
                    let end = left[c]
                    return classes.members[c][(end - shares[c])..<end]
                })
            for c in left.indices { left[c] -= shares[c] }
        }
        return parts.reversed().map { part in
            Tensor.permutation(part.count, using: &generator).ints.map { part[$0] }
        }
    }
}

/// How many samples each part has: see ``splitIndices(_:_:_:)``.
func splitSizes(_ count: Int, _ fractions: [Double]) throws(SplitError) -> [Int] {
    let total = fractions.reduce(0, +)
    guard count >= 0, !fractions.isEmpty, fractions.allSatisfy({ $0 > 0 }), total <= 1 + 1e-9 else {
        fail("split", "\(count) samples by \(fractions): the fractions must be above 0, and their sum 1 at most")
    }
    let others = fractions.dropFirst().map { Int(($0 * Double(count)).rounded(.up)) }
    let first =
        total > 1 - 1e-9 ? count - others.reduce(0, +) : Int((fractions[0] * Double(count)).rounded(.down))
    let sizes = [first] + others
    guard sizes.allSatisfy({ $0 > 0 }), sizes.reduce(0, +) <= count else {
        throw SplitError(
            .tooFewSamples,
            "\(count) samples cannot be split by \(fractions): a part would have none. More samples are needed, or fewer or larger parts"
        )
    }
    return sizes
}

/// Runs of these sizes, one behind the other.
func cut(_ order: [Int], _ sizes: [Int]) -> [[Int]] {
    var start = 0
    return sizes.map { size in
        start += size
        return Array(order[(start - size)..<start])
    }
}

extension Dataset {
    /// Parts of the data set, for training, validation and test say: see ``splitIndices(_:_:_:)``.
    ///
    /// ```swift
    /// let parts = try data.split([0.8, 0.2], .stratified(by: labels, seed: 1))
    /// let (training, test) = (parts[0], parts[1])
    /// ```
    public func split(_ fractions: [Double], _ method: SplitMethod) throws(SplitError) -> [Subset<Self>] {
        var parts: [Subset<Self>] = []
        for indices in try splitIndices(count, fractions, method) { parts.append(subset(indices)) }
        return parts
    }
}
