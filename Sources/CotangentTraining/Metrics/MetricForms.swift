import CotangentTensor

extension Metric {
    /// The figure of these tensors alone: what was taken in before does not count, and `self` stays as it is.
    ///
    /// ```swift
    /// let reached = Accuracy()(model(x), labels)
    /// let f1 = F1(.macro)(logits, labels, mask: sequenceMask(lengths: lengths, steps: 20))
    /// ```
    public func callAsFunction(_ predictions: Tensor, _ targets: Tensor, mask: Tensor? = nil) -> Double {
        var metric = self
        metric.reset()
        if let mask { metric.update(predictions, targets, mask: mask) } else { metric.update(predictions, targets) }
        return metric.value
    }

    /// Takes in a batch without what `mask` leaves out: bool, true where a sample or a step counts. Its axes are the
    /// first ones of predictions and targets, as [time, batch] for logits [time, batch, classes].
    public mutating func update(_ predictions: Tensor, _ targets: Tensor, mask: Tensor) {
        let axes = mask.rank
        guard mask.dtype == .bool, mask.shape.elementsEqual(predictions.shape.prefix(axes)),
            mask.shape.elementsEqual(targets.shape.prefix(axes))
        else {
            fail(
                name,
                "the mask is \(mask.summary), for predictions \(predictions.summary) and targets \(targets.summary): it must be bool, with the first axes of both"
            )
        }
        let chosen = Tensor(mask.bools.enumerated().filter(\.element).map(\.offset))
        func picked(_ x: Tensor) -> Tensor {
            gather(x.detached.reshaped(Shape([mask.count] + x.shape.dropFirst(axes))), chosen)
        }
        update(picked(predictions), picked(targets))
    }
}
