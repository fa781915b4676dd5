import CotangentTensor

// Losses between predictions and targets of one shape. Broadcasting is refused: [n] against [n, 1] is nearly always a
// mistake.

/// Which terms of a loss a mean divides by.
public enum LossUnit: Sendable {
    /// Every number counts by itself, and the mean divides by samples · outputs: PyTorch's mean.
    case elements
    /// The terms of a sample (an index of the first axis) are added up first, and the mean divides by the samples alone:
    /// the (1/N) Σₙ ‖yₙ − ŷₙ‖² of textbooks. For k outputs it is k times the other, and so are its gradients.
    case samples

    func callAsFunction(_ terms: Tensor, _ reduction: Reduction) -> Tensor {
        switch (self, reduction) {
        case (.elements, _), (.samples, .sum): reduction(terms)
        case (.samples, _): reduction(terms.rank < 2 ? terms : sum(terms, axes: Array(1..<terms.rank)))
        }
    }
}

/// The squared error, (ŷ − y)².
///
/// - `over: .elements` (the default): the mean is Σ (ŷ − y)² / (samples · outputs), PyTorch's `mse_loss`.
/// - `over: .samples`: the mean is (1/N) Σₙ ‖ŷₙ − yₙ‖², summed over a sample's outputs, divided by the number of samples.
///
/// With the reduction `.none` there is a loss for each element, or for each sample; `.sum` is the same in both.
public func meanSquaredError(
    _ predictions: Tensor, _ targets: Tensor, over unit: LossUnit = .elements, reduction: Reduction = .mean
) -> Tensor {
    regressionLoss("meanSquaredError", predictions, targets, unit, reduction) { square($0) }
}

/// The absolute error, |ŷ − y|, whose mean is over elements or samples: see
/// ``meanSquaredError(_:_:over:reduction:)``. PyTorch's `l1_loss`. The gradient is 0 where both are equal.
public func meanAbsoluteError(
    _ predictions: Tensor, _ targets: Tensor, over unit: LossUnit = .elements, reduction: Reduction = .mean
) -> Tensor {
    regressionLoss("meanAbsoluteError", predictions, targets, unit, reduction) { abs($0) }
}

/// With d = ŷ − y: d²/2 where |d| ≤ delta, delta (|d| − delta/2) beyond (Huber, 1964). PyTorch's `huber_loss`.
public func huber(
    _ predictions: Tensor, _ targets: Tensor, delta: Double = 1, over unit: LossUnit = .elements,
    reduction: Reduction = .mean
) -> Tensor {
    guard delta > 0 else { fail("huber", "delta \(delta) must be positive") }
    return regressionLoss("huber", predictions, targets, unit, reduction) { huberTerms($0, delta) }
}

/// With d = ŷ − y: d²/(2 beta) where |d| < beta, |d| − beta/2 beyond: ``huber(_:_:delta:over:reduction:)`` divided by
/// beta, and the absolute error for beta 0. PyTorch's `smooth_l1_loss` (Girshick, 2015).
public func smoothL1(
    _ predictions: Tensor, _ targets: Tensor, beta: Double = 1, over unit: LossUnit = .elements,
    reduction: Reduction = .mean
) -> Tensor {
    guard beta >= 0 else { fail("smoothL1", "beta \(beta) is negative") }
    return regressionLoss("smoothL1", predictions, targets, unit, reduction) { d in
        beta == 0 ? abs(d) : huberTerms(d, beta) / beta
    }
}

private func huberTerms(_ d: Tensor, _ delta: Double) -> Tensor {
    let distance = abs(d)
    return Tensor.where(lessEqual(distance.detached, delta), square(d) * 0.5, (distance - delta / 2) * delta)
}

private func regressionLoss(
    _ name: String, _ predictions: Tensor, _ targets: Tensor, _ unit: LossUnit, _ reduction: Reduction,
    _ terms: (Tensor) -> Tensor
) -> Tensor {
    guard sameKind(predictions, targets) else { return rejectPair(name, predictions, targets) }
    return unit(terms(predictions - targets), reduction)
}

func sameKind(_ predictions: Tensor, _ targets: Tensor) -> Bool {
    predictions.shape == targets.shape && predictions.dtype == targets.dtype && predictions.dtype.isFloatingPoint
}

@inline(never)
func rejectPair(_ name: String, _ predictions: Tensor, _ targets: Tensor) -> Tensor {
    reject(
        name,
        "the predictions are \(predictions.summary), the targets \(targets.summary): they must be alike, in floating point",
        meant: [], predictions.dtype)
}
