import CotangentTensor

/// What batch and instance normalisation keep for each channel: weight and bias, and the running mean and variance of
/// what they have seen, under PyTorch's names.
struct ChannelStatistics: Sendable {
    let features: Int
    let weight: Parameter?
    let bias: Parameter?
    /// Mean, variance (unbiased) and the number of batches; nil where nothing is tracked.
    let running: (mean: Buffer, variance: Buffer, batches: Buffer)?

    init(
        _ layer: String, _ features: Int, _ epsilon: Double, _ momentum: Double?, affine: Bool, tracks: Bool,
        _ dtype: DType
    ) {
        guard features > 0, epsilon >= 0, epsilon.isFinite else {
            fail(
                layer,
                "\(features) features with epsilon \(epsilon): the first must be positive, the second not negative and finite"
            )
        }
        if let momentum, !(0...1).contains(momentum) {
            fail(layer, "the momentum \(momentum), a batch's share in the running figures, must be within 0...1")
        }
        self.features = features
        weight = affine ? Parameter(Tensor.ones([features], dtype: dtype)) : nil
        bias = affine ? Parameter(Tensor.zeros([features], dtype: dtype)) : nil
        running =
            tracks
            ? (
                Buffer(Tensor.zeros([features], dtype: dtype)), Buffer(Tensor.ones([features], dtype: dtype)),
                Buffer(Tensor(scalar: 0))
            ) : nil
    }

    var namedChildren: [(name: String, child: Any)] {
        var children: [(name: String, child: Any)] = []
        if let weight { children.append(("weight", weight)) }
        if let bias { children.append(("bias", bias)) }
        if let running {
            children += [
                ("running_mean", running.mean), ("running_var", running.variance),
                ("num_batches_tracked", running.batches),
            ]
        }
        return children
    }

    /// running = (1 − momentum) · running + momentum · new, where the new variance is made unbiased. `figures` are the
    /// mean and variance, each over `count` values, of the channels one or several times; several are averaged.
    func update(_ figures: Tensor, count: Int, momentum: Double) {
        guard let running else { return }
        let figures = figures.doubles
        let rounds = figures.count / (2 * features)
        let unbiased = Double(count) / Double(count - 1)
        func blend(_ buffer: Buffer, _ place: Int, _ factor: Double) {
            let old = buffer.value
            let values = old.doubles.enumerated().map { channel, value in
                var new = 0.0
                for round in 0..<rounds { new += figures[2 * (round * features + channel) + place] }
                return (1 - momentum) * value + momentum * factor * new / Double(rounds)
            }
            buffer.value = Tensor(values).cast(to: old.dtype)
        }
        blend(running.mean, 0, 1)
        blend(running.variance, 1, unbiased)
    }
}
