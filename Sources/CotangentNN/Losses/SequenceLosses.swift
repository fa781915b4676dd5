import CotangentTensor

// The cost of a sequence, L = Σₜ L(y⁽ᵗ⁾, ŷ⁽ᵗ⁾), over a batch of sequences of which each has its own length.

/// What becomes of the losses of a batch of sequences, [time, batch].
public enum SequenceReduction: Sendable {
    /// Each sequence's losses are added up over its steps, and the mean is over the sequences: (1/N) Σₙ Σₜ L. The cost
    /// per sample of textbooks.
    case sequences
    /// The mean over all steps that count: of cross-entropy, the natural units of information a token.
    case steps
    /// The sum over all steps that count.
    case sum
}

/// The losses of all steps, [time, batch], as one number; those of padding count for nothing.
///
/// ```swift
/// sequenceLoss(huber(y, targets, reduction: .none), lengths: [5, 3])   // y [time, batch]
/// ```
/// - Parameters:
///   - lengths: how many steps of each sequence count, within 0...time; all by default.
///   - mask: in place of lengths, bool [time, batch], true where a step counts.
///
/// With no step that counts the mean over steps is NaN, and so is the mean over no sequences.
public func sequenceLoss(
    _ losses: Tensor, lengths: [Int]? = nil, mask: Tensor? = nil, reduction: SequenceReduction = .sequences
) -> Tensor {
    guard losses.rank == 2, losses.dtype.isFloatingPoint else {
        return reject(
            "sequenceLoss", "the losses are \(losses.summary), not floating-point [time, batch]", meant: [],
            losses.dtype)
    }
    let (time, batch) = (losses.shape[0], losses.shape[1])
    let mask = stepMask("sequenceLoss", lengths, mask, time: time, batch: batch)
    let counted = mask.map { Tensor.where($0, losses, Tensor.zeros([], dtype: losses.dtype)) } ?? losses
    switch reduction {
    case .sequences: return sum(counted) / Double(batch)
    case .steps: return mask.map { sum(counted) / sum($0.cast(to: losses.dtype)) } ?? mean(counted)
    case .sum: return sum(counted)
    }
}

/// Cross-entropy at every step of sequences: −log softmax(logits)[target].
///
/// - Parameters:
///   - logits: [time, batch, classes], before softmax.
///   - targets: int64 [time, batch], each within 0..<classes where it counts.
///   - lengths: how many steps of each sequence count, within 0...time; all by default. What stands beyond may be any
///     number.
///   - mask: in place of lengths, bool [time, batch], true where a step counts.
///   - ignoring: steps with this target do not count either.
///   - reduction: of L with `.steps`, exp(L) is the perplexity and L / ln 2 the bits a token.
///
/// PyTorch's `CrossEntropyLoss` with `ignore_index`: `.sum` is its "sum", `.steps` its "mean", and `.sequences` its
/// "sum" divided by the batch. With no step that counts, `.steps` gives NaN.
public func sequenceCrossEntropy(
    _ logits: Tensor, _ targets: Tensor, lengths: [Int]? = nil, mask: Tensor? = nil, ignoring: Int = -100,
    reduction: SequenceReduction = .sequences
) -> Tensor {
    guard logits.rank == 3, logits.dtype.isFloatingPoint, targets.dtype == .int64,
        targets.shape.elementsEqual(logits.shape.dropLast())
    else {
        return reject(
            "sequenceCrossEntropy",
            "logits are \(logits.summary), targets \(targets.summary): they must be floating-point [time, batch, classes] and int64 [time, batch]",
            meant: [], logits.dtype)
    }
    let (time, batch) = (targets.shape[0], targets.shape[1])
    let mask = stepMask("sequenceCrossEntropy", lengths, mask, time: time, batch: batch)
    let counted = mask.map { Tensor.where($0, targets, Tensor([ignoring], shape: [])) } ?? targets
    switch reduction {
    case .sequences: return crossEntropy(logits, counted, ignoring: ignoring, reduction: .sum) / Double(batch)
    case .steps: return crossEntropy(logits, counted, ignoring: ignoring, reduction: .mean)
    case .sum: return crossEntropy(logits, counted, ignoring: ignoring, reduction: .sum)
    }
}

/// The squared error at every step of sequences: ‖ŷ⁽ᵗ⁾ − y⁽ᵗ⁾‖², summed over the features.
///
/// - Parameters:
///   - predictions: ŷ, [time, batch, features].
///   - targets: y, of the same shape.
///   - lengths, mask: as in ``sequenceLoss(_:lengths:mask:reduction:)``.
///
/// `.steps` divides by the steps, not by their features as well: PyTorch's `mse_loss` times the number of features.
public func sequenceMeanSquaredError(
    _ predictions: Tensor, _ targets: Tensor, lengths: [Int]? = nil, mask: Tensor? = nil,
    reduction: SequenceReduction = .sequences
) -> Tensor {
    guard sameKind(predictions, targets) else {
        return rejectPair("sequenceMeanSquaredError", predictions, targets)
    }
    guard predictions.rank == 3 else {
        return reject(
            "sequenceMeanSquaredError", "the predictions are \(predictions.summary), not [time, batch, features]",
            meant: [], predictions.dtype)
    }
    return sequenceLoss(
        sum(square(predictions - targets), axes: [2]), lengths: lengths, mask: mask, reduction: reduction)
}
