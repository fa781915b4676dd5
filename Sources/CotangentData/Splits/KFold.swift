import CotangentTensor

/// The numbers 0..<count in k parts, for cross-validation: each part is tested on once, and the others trained on.
///
/// Sizes are scikit-learn's: the first count mod k folds have one sample more. In order, folds are runs of neighbours.
/// Stratified, the labels in their order are dealt out to the folds one by one, which says how many of each class a fold
/// has; these differ by one at most between folds.
///
/// - Throws: ``SplitError`` where there are fewer samples than folds or, stratified, fewer of a class.
public func foldIndices(_ count: Int, _ k: Int, _ method: SplitMethod) throws(SplitError) -> [[Int]] {
    guard count >= 0, k >= 2 else { fail("kFold", "\(count) samples in \(k) folds: at least 2 folds are needed") }
    if count < k {
        throw SplitError(
            .tooFewSamples, "\(count) samples cannot be split into \(k) folds: take \(max(count, 2)) folds at most")
    }
    switch method {
    case .inOrder: return runs(Array(0..<count), k)
    case .random(let seed):
        var generator = PhiloxGenerator(seed: seed)
        return runs(Tensor.permutation(count, using: &generator).ints, k).map { $0.sorted() }
    case .stratified(let labels, let seed):
        var generator = PhiloxGenerator(seed: seed)
        var classes = try ClassMembers(labels, count, atLeast: k, "folds", "kFold")
        classes.shuffle(using: &generator)
        return stratifiedFolds(classes, k)
    }
}

private func runs(_ order: [Int], _ k: Int) -> [[Int]] {
    cut(order, (0..<k).map { order.count / k + ($0 < order.count % k ? 1 : 0) })
}

private func stratifiedFolds(_ classes: ClassMembers, _ k: Int) -> [[Int]] {
    var folds = [[Int]](repeating: [], count: k)
    // Where the next class goes on dealing.
    var dealt = 0
    for members in classes.members {
        var place = 0
        for fold in 0..<k {
            let before = (dealt + k - 1 - fold) / k
            let share = (dealt + members.count + k - 1 - fold) / k - before
            folds[fold] += members[place..<place + share]
            place += share
        }
        dealt += members.count
    }
    return folds.map { $0.sorted() }
}

extension Dataset {
    /// k pairs of parts for cross-validation: each sample is in one pair's validation part, and in the training part of
    /// all others. See ``foldIndices(_:_:_:)``.
    ///
    /// ```swift
    /// for (training, validation) in try data.kFold(5, .stratified(by: labels, seed: 1)) { … }
    /// ```
    public func kFold(
        _ k: Int, _ method: SplitMethod
    ) throws(SplitError) -> [(training: Subset<Self>, validation: Subset<Self>)] {
        let folds = try foldIndices(count, k, method)
        return folds.indices.map { fold in
            let others = folds.indices.filter { $0 != fold }.flatMap { folds[$0] }
            return (subset(others.sorted()), subset(folds[fold]))
        }
    }
}
