import CotangentTensor

/// The hinge loss max(0, margin − y f) of scores f and targets y = ±1, element by element: the support vector machine's.
/// The gradient at the hinge is 0.
public func hinge(_ scores: Tensor, _ targets: Tensor, margin: Double = 1, reduction: Reduction = .mean) -> Tensor {
    guard sameKind(scores, targets) else { return rejectPair("hinge", scores, targets) }
    return reduction(relu(margin - scores * targets))
}

/// The hinge loss over classes: Σ max(0, margin − f[label] + f[j])^power over the classes j ≠ label, divided by the
/// number of classes. PyTorch's `multi_margin_loss`.
///
/// - Parameters:
///   - scores: f, [..., classes].
///   - labels: int64 [...], each within 0..<classes; otherwise it traps.
///   - power: 1, or 2 for the squared hinge.
///   - classWeights: [classes]; a sample's loss is multiplied by its label's weight. The mean divides by the number of
///     samples all the same.
public func multiclassHinge(
    _ scores: Tensor, _ labels: Tensor, margin: Double = 1, power: Int = 1, classWeights: Tensor? = nil,
    reduction: Reduction = .mean
) -> Tensor {
    guard power == 1 || power == 2 else { fail("multiclassHinge", "the power \(power) is neither 1 nor 2") }
    guard let (labels, weights) = labelWeights("multiclassHinge", scores, labels, nil, classWeights) else {
        return rejectLabels("multiclassHinge", scores, labels, reduction)
    }
    let classes = scores.shape[scores.rank - 1]
    let own = gatherAlong(scores, labels.expandingAxis(-1), axis: -1)
    let excess = relu(scores - own + margin) * (1 - oneHot(labels, classes: classes, dtype: scores.dtype))
    let losses = sum(power == 1 ? excess : square(excess), axes: [-1]) / Double(classes)
    return reduction(losses * weights)
}
