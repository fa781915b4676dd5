import CotangentTensor

// Losses on probabilities and their logarithms. On logits they are cheaper and exact in the tails: see
// `crossEntropy(_:_:)` and `binaryCrossEntropy(_:_:)`.

/// Cross-entropy of two distributions, H(p, q) = −Σ p log q along the last axis, over the samples' mean.
///
/// - Parameters:
///   - probabilities: q, what the model gives: [..., classes], after softmax.
///   - targets: p, of the same shape: one-hot, say.
///
/// So that a probability of 0 costs something finite, log q is held at −100 or above, and its derivative 1/q at 10¹² or
/// below; PyTorch's `binary_cross_entropy` does so. A p of 0 adds nothing, whatever q is.
public func crossEntropy(probabilities: Tensor, targets: Tensor, reduction: Reduction = .mean) -> Tensor {
    guard sameKind(probabilities, targets), probabilities.rank >= 1 else {
        return rejectPair("crossEntropy", probabilities, targets)
    }
    return reduction(-sum(targets * heldLog(probabilities), axes: [-1]))
}

/// −(t log q + (1 − t) log (1 − q)) of probabilities q and targets t within 0...1, element by element.
///
/// Logarithms and derivatives are held as in ``crossEntropy(probabilities:targets:reduction:)``. PyTorch's
/// `binary_cross_entropy`.
public func binaryCrossEntropy(probabilities: Tensor, targets: Tensor, reduction: Reduction = .mean) -> Tensor {
    guard sameKind(probabilities, targets) else { return rejectPair("binaryCrossEntropy", probabilities, targets) }
    return reduction(-(targets * heldLog(probabilities) + (1 - targets) * heldLog(1 - probabilities)))
}

/// The binary cross-entropy of sigmoid(x) for logits x, element by element:
/// w t softplus(−x) + (1 − t) softplus(x), without loss of digits for large |x|.
///
/// - Parameters:
///   - targets: t, of the shape of the logits, within 0...1.
///   - positiveWeight: w, what a positive target counts; it broadcasts to the logits: one for each class, say.
///
/// PyTorch's `binary_cross_entropy_with_logits`.
public func binaryCrossEntropy(
    _ logits: Tensor, _ targets: Tensor, positiveWeight: Tensor? = nil, reduction: Reduction = .mean
) -> Tensor {
    guard sameKind(logits, targets) else { return rejectPair("binaryCrossEntropy", logits, targets) }
    if let positiveWeight,
        Shape.broadcast(positiveWeight.shape, logits.shape) != logits.shape || positiveWeight.dtype != logits.dtype
    {
        fail(
            "binaryCrossEntropy",
            "the positive weight is \(positiveWeight.summary), which does not broadcast to the logits, \(logits.summary)"
        )
    }
    let positive = targets * softplus(-logits)
    return reduction((positiveWeight.map { positive * $0 } ?? positive) + (1 - targets) * softplus(logits))
}

/// max(log q, −100), with the derivative 1/max(q, 10⁻¹²).
private func heldLog(_ q: Tensor) -> Tensor {
    let value = clamp(log(q.detached), -100, Double.infinity)
    guard let tape = Tape.recording(q) else { return value }
    return tape.record("log", value, q) { $0 / clamp(q, 1e-12, Double.infinity) }
}

/// −logProbabilities[label], over the samples' mean: what follows a log-softmax. PyTorch's `nll_loss`.
///
/// - Parameters:
///   - logProbabilities: [..., classes].
///   - labels: int64 [...], each within 0..<classes or equal to `ignoring`; otherwise it traps.
///   - classWeights: [classes]; a sample counts by its label's weight, and the mean divides by the weights' sum.
public func negativeLogLikelihood(
    _ logProbabilities: Tensor, _ labels: Tensor, ignoring: Int = -100, classWeights: Tensor? = nil,
    reduction: Reduction = .mean
) -> Tensor {
    guard let (safe, weights) = labelWeights("negativeLogLikelihood", logProbabilities, labels, ignoring, classWeights)
    else {
        return rejectLabels("negativeLogLikelihood", logProbabilities, labels, reduction)
    }
    let picked = gatherAlong(logProbabilities, safe.expandingAxis(-1), axis: -1).reshaped(labels.shape)
    let losses = -picked * weights
    return reduction == .mean ? sum(losses) / sum(weights) : reduction(losses)
}

/// The divergence of q from p, Σ p (log p − log q) (Kullback and Leibler, 1951).
///
/// - Parameters:
///   - logProbabilities: log q: what the model gives, after a log-softmax.
///   - targets: p, of the same shape. A p of 0 adds nothing.
///   - unit: with `.samples` (the default) the mean divides by the samples, as the definition wants: PyTorch's
///     `kl_div` with `batchmean`. With `.elements` it divides by all elements: PyTorch's `mean`.
public func klDivergence(
    _ logProbabilities: Tensor, targets: Tensor, over unit: LossUnit = .samples, reduction: Reduction = .mean
) -> Tensor {
    guard sameKind(logProbabilities, targets) else { return rejectPair("klDivergence", logProbabilities, targets) }
    let isZero = equal(targets.detached, 0)
    let logTargets = log(Tensor.where(isZero, Tensor.ones([], dtype: targets.dtype), targets))
    let terms = targets * (logTargets - logProbabilities)
    return unit(Tensor.where(isZero, Tensor.zeros([], dtype: terms.dtype), terms), reduction)
}

/// The labels with 0 in place of ignored ones, and what each sample counts; nil where shapes or dtypes do not fit.
func labelWeights(
    _ name: String, _ scores: Tensor, _ labels: Tensor, _ ignored: Int?, _ classWeights: Tensor?
) -> (labels: Tensor, weights: Tensor)? {
    guard scores.rank >= 1, scores.dtype.isFloatingPoint, labels.dtype == .int64,
        labels.shape.elementsEqual(scores.shape.dropLast())
    else { return nil }
    let classes = scores.shape[scores.rank - 1]
    if let classWeights, classWeights.shape != [classes] || classWeights.dtype != scores.dtype {
        fail(name, "class weights are \(classWeights.summary), scores \(scores.summary): one weight a class is wanted")
    }
    if !AbstractRun.isActive {
        for (index, label) in labels.ints.enumerated() where label != ignored && !(0..<classes).contains(label) {
            fail(name, "label \(label) of sample \(index) is not within 0..<\(classes)")
        }
    }
    var safe = labels
    var counts = Tensor.ones(labels.shape, dtype: scores.dtype)
    if let ignored {
        let isCounted = notEqual(labels, ignored)
        safe = Tensor.where(isCounted, labels, Tensor.zeros([], dtype: .int64))
        counts = isCounted.cast(to: scores.dtype)
    }
    return (safe, classWeights.map { gather($0, safe) * counts } ?? counts)
}

@inline(never)
func rejectLabels(_ name: String, _ scores: Tensor, _ labels: Tensor, _ reduction: Reduction) -> Tensor {
    reject(
        name,
        "scores are \(scores.summary), labels \(labels.summary): they must be floating-point [..., classes] and int64 [...]",
        meant: reduction == .none ? labels.shape : [], scores.dtype)
}
