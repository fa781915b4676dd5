import CCotangentKernels
import CotangentTensor

/// What becomes of the losses of a batch's samples.
public enum Reduction: Sendable {
    /// Divided by their number (their weights' sum, where classes have weights; ignored ones do not count).
    case mean
    case sum
    /// One for each sample.
    case none

    func callAsFunction(_ losses: Tensor) -> Tensor {
        switch self {
        case .mean: CotangentTensor.mean(losses)
        case .sum: CotangentTensor.sum(losses)
        case .none: losses
        }
    }
}

/// Cross-entropy of logits and class labels: −log softmax(logits)[label], over the samples' mean.
///
/// - Parameters:
///   - logits: [..., classes], before softmax.
///   - labels: int64 [...], each within 0..<classes or equal to `ignoring`; otherwise it traps.
///   - ignoring: samples with this label have loss 0 and do not count. PyTorch's default is −100 as well.
///   - classWeights: [classes]; a sample counts by its label's weight.
///   - labelSmoothing: e in 0...1; the target is 1 − e on the label plus e/classes everywhere (Szegedy et al., 2016).
/// With all samples ignored the mean is NaN, as in PyTorch.
public func crossEntropy(
    _ logits: Tensor, _ labels: Tensor, ignoring: Int = -100, classWeights: Tensor? = nil, labelSmoothing: Double = 0,
    reduction: Reduction = .mean
) -> Tensor {
    guard logits.rank >= 1, logits.dtype.isFloatingPoint, labels.dtype == .int64,
        labels.shape.elementsEqual(logits.shape.dropLast())
    else {
        return reject(
            "crossEntropy",
            "logits are \(logits.summary), labels \(labels.summary): they must be floating-point [..., classes] and int64 [...]; targets that are probabilities go by crossEntropy(_:targets:)",
            meant: reduction == .none ? labels.shape : [], logits.dtype)
    }
    let classes = logits.shape[logits.rank - 1]
    let counted = checkLabels(labels, classes, ignoring)
    if classWeights == nil, labelSmoothing == 0, reduction != .none, !Tape.isNested {
        return fusedCrossEntropy(logits, labels, ignoring, divisor: reduction == .mean ? Double(counted) : 1)
    }
    return composedCrossEntropy(logits, labels, ignoring, classWeights, labelSmoothing, reduction, classes)
}

/// How many labels count; traps where one is outside.
private func checkLabels(_ labels: Tensor, _ classes: Int, _ ignored: Int) -> Int {
    if AbstractRun.isActive { return labels.count }
    return labels.withUnsafeBufferPointer(as: Int.self) { labels in
        var counted = 0
        for (index, label) in labels.enumerated() where label != ignored {
            guard label >= 0, label < classes else {
                fail("crossEntropy", "label \(label) of sample \(index) is not within 0..<\(classes)")
            }
            counted += 1
        }
        return counted
    }
}

private func fusedCrossEntropy(_ logits: Tensor, _ labels: Tensor, _ ignored: Int, divisor: Double) -> Tensor {
    let x = logits.contiguous
    let labels = labels.contiguous
    let classes = x.shape[x.rank - 1]
    let rows = labels.count
    let tape = Tape.recording(logits)
    let probabilities = tape == nil ? nil : Tensor(uninitialized: x.layout, x.dtype)
    let losses = Tensor(uninitialized: [rows], x.dtype)
    if !losses.isAbstract, rows > 0 {
        let targets = labels.rawPointer.assumingMemoryBound(to: Int64.self)
        if x.dtype == .float32 {
            ct_softmax_cross_entropy_f32(
                rows, classes, x.rawPointer.assumingMemoryBound(to: Float.self), targets, Int64(ignored),
                probabilities?.rawPointer.assumingMemoryBound(to: Float.self),
                losses.rawPointer.assumingMemoryBound(to: Float.self))
        } else {
            ct_softmax_cross_entropy_f64(
                rows, classes, x.rawPointer.assumingMemoryBound(to: Double.self), targets, Int64(ignored),
                probabilities?.rawPointer.assumingMemoryBound(to: Double.self),
                losses.rawPointer.assumingMemoryBound(to: Double.self))
        }
        withExtendedLifetime((x.storage, labels.storage)) {}
    }
    let total = sum(losses)
    let y = divisor == 1 ? total : total / divisor
    guard let tape, let probabilities else { return y }
    return tape.record("crossEntropy", y, logits) { dy in
        let dx = Tensor(uninitialized: probabilities.layout, probabilities.dtype)
        // Where the pass itself is recorded, the value must stay a function of dy.
        let scale = Tape.isRecording ? 1 / divisor : dy.item / divisor
        let targets = labels.rawPointer.assumingMemoryBound(to: Int64.self)
        if dx.dtype == .float32 {
            ct_softmax_cross_entropy_gradient_f32(
                rows, classes, probabilities.rawPointer.assumingMemoryBound(to: Float.self), targets, Int64(ignored),
                Float(scale), dx.rawPointer.assumingMemoryBound(to: Float.self))
        } else {
            ct_softmax_cross_entropy_gradient_f64(
                rows, classes, probabilities.rawPointer.assumingMemoryBound(to: Double.self), targets, Int64(ignored),
                scale, dx.rawPointer.assumingMemoryBound(to: Double.self))
        }
        withExtendedLifetime((labels.storage, probabilities.storage)) {}
        return Tape.isRecording ? dx * dy : dx
    }
}

private func composedCrossEntropy(
    _ logits: Tensor, _ labels: Tensor, _ ignored: Int, _ classWeights: Tensor?, _ smoothing: Double,
    _ reduction: Reduction, _ classes: Int
) -> Tensor {
    if let classWeights, classWeights.shape != [classes] || classWeights.dtype != logits.dtype {
        fail(
            "crossEntropy",
            "class weights are \(classWeights.summary), logits \(logits.summary): one weight a class is wanted")
    }
    guard (0...1).contains(smoothing) else { fail("crossEntropy", "labelSmoothing \(smoothing) is not within 0...1") }
    let logProbabilities = logSoftmax(logits)
    let counts = notEqual(labels, ignored)
    // An ignored label stands in as 0, so that it can be looked up.
    let safe = Tensor.where(counts, labels, Tensor.zeros([], dtype: .int64))
    let weights = classWeights ?? Tensor.ones([classes], dtype: logits.dtype)
    let sampleWeights = gather(weights, safe) * counts.cast(to: logits.dtype)
    let picked = gatherAlong(logProbabilities, safe.expandingAxis(-1), axis: -1).reshaped(labels.shape)
    var losses = -picked * sampleWeights
    if smoothing > 0 {
        let spread = -sum(logProbabilities * weights, axes: [-1]) * counts.cast(to: logits.dtype)
        losses = losses * (1 - smoothing) + spread * (smoothing / Double(classes))
    }
    return reduction == .mean ? sum(losses) / sum(sampleWeights) : reduction(losses)
}

/// Cross-entropy of logits and targets that are probabilities over the classes: −Σ targets · log softmax(logits) along
/// the last axis, over the samples' mean.
public func crossEntropy(
    _ logits: Tensor, targets: Tensor, classWeights: Tensor? = nil, labelSmoothing: Double = 0,
    reduction: Reduction = .mean
) -> Tensor {
    guard logits.rank >= 1, logits.shape == targets.shape, logits.dtype == targets.dtype else {
        return reject(
            "crossEntropy", "logits are \(logits.summary), targets \(targets.summary): they must be alike", meant: [],
            logits.dtype)
    }
    let classes = Double(logits.shape[logits.rank - 1])
    let smooth = labelSmoothing == 0 ? targets : targets * (1 - labelSmoothing) + labelSmoothing / classes
    let weighted = classWeights.map { smooth * $0 } ?? smooth
    return reduction(-sum(weighted * logSoftmax(logits), axes: [-1]))
}
