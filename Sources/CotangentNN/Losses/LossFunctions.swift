import CotangentTensor

// Losses with their defaults as functions of two tensors, to be handed over by name: `loss: crossEntropy`.

/// The mean cross-entropy of logits [..., classes] and labels int64 [...]: see
/// ``crossEntropy(_:_:ignoring:classWeights:labelSmoothing:reduction:)``.
public func crossEntropy(_ logits: Tensor, _ labels: Tensor) -> Tensor {
    crossEntropy(logits, labels, reduction: .mean)
}

/// The mean of (ŷ − y)² over all elements: see ``meanSquaredError(_:_:over:reduction:)``.
public func meanSquaredError(_ predictions: Tensor, _ targets: Tensor) -> Tensor {
    meanSquaredError(predictions, targets, reduction: .mean)
}
