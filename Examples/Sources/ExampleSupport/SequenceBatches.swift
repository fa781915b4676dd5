import Cotangent

/// An epoch with batches of sequences of similar lengths, each of which is a step with the gradient's norm held to 1.
///
/// - Parameter differentiate: the loss of the sequences of these numbers, and its gradients.
/// - Returns: the mean of the batches' losses.
public func trainEpoch(
    _ optimizer: some Optimizer, lengths: [Int], batchSize: Int, using generator: inout PhiloxGenerator,
    _ differentiate: ([Int], inout PhiloxGenerator) -> (value: Tensor, gradients: Gradients)
) -> Double {
    let batches = bucketed(lengths, batchSize: batchSize, using: &generator).batches
    var total = 0.0
    for indices in batches {
        let (loss, gradients) = differentiate(indices, &generator)
        optimizer.update(with: gradients.clipped(toNorm: 1))
        total += loss.item
    }
    return total / Double(batches.count)
}

extension Array {
    /// Parts of that many elements, one behind the other; the last has what is left.
    public func chunks(of size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
