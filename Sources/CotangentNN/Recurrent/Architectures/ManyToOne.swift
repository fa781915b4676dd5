import CotangentTensor

/// What of a sequence's hidden states one vector is made of.
public enum SequencePooling: Sendable {
    /// The state behind the last step; read backward, behind the first.
    case last
    /// The mean over the steps that count.
    case mean
    /// The largest over the steps that count, feature by feature.
    case max
}

/// One output for a whole sequence: is this review good or bad, which word was said?
///
///     h⁽ᵗ⁾ = σ(W x⁽ᵗ⁾ + b + U h⁽ᵗ⁻¹⁾ + c),   y = σ(W̃ h⁽ᴺ⁾ + b̃)
///
/// x [time, batch, inputSize] → y [batch, outputSize]. N is each sequence's own length. Of a bidirectional recurrence
/// both directions' last states are taken, [h→⁽ᴺ⁾; h←⁽¹⁾], of a deep one those of the last layer. With `pooling` the
/// mean or the maximum of all h⁽ᵗ⁾ stands in for h⁽ᴺ⁾, which shortens the way back to early steps.
///
/// ```swift
/// let model = ManyToOne(GRU(32, 64, using: &generator), outputSize: 2, using: &generator)
/// let loss = crossEntropy(model(embedding(words), lengths: lengths), labels)
/// ```
public struct ManyToOne<Recurrence: RecurrentLayer>: Layer {
    public let recurrence: Recurrence
    public let output: Linear
    public let pooling: SequencePooling
    public let activation: OutputActivation

    public init(
        _ recurrence: Recurrence, outputSize: Int, pooling: SequencePooling = .last,
        activation: OutputActivation = .none, using generator: inout PhiloxGenerator
    ) {
        self.recurrence = recurrence
        output = Linear(recurrence.outputSize, outputSize, dtype: recurrence.dtype, using: &generator)
        self.pooling = pooling
        self.activation = activation
    }

    public func callAsFunction(_ x: Tensor) -> Tensor { self(x, lengths: nil) }

    /// - Parameter lengths: how many steps of each sequence count, within 1...time; all by default.
    public func callAsFunction(_ x: Tensor, state: RecurrentState? = nil, lengths: [Int]?) -> Tensor {
        let (outputs, end) = recurrence(x, state: state, lengths: lengths)
        return activation(output(pooled(outputs, end, lengths)))
    }

    /// [batch, recurrence.outputSize]
    private func pooled(_ outputs: Tensor, _ end: RecurrentState, _ lengths: [Int]?) -> Tensor {
        if pooling == .last { return recurrence.deepest(end) }
        guard let lengths, lengths.count == outputs.shape[1] else {
            return pooling == .mean ? mean(outputs, axes: [0]) : max(outputs, axes: [0])
        }
        if pooling == .mean {
            // Outputs of padding are 0.
            let counts = Tensor(lengths.map { Double($0) }, shape: [lengths.count, 1])
            return sum(outputs, axes: [0]) / counts.cast(to: outputs.dtype)
        }
        let mask = sequenceMask(lengths: lengths, steps: outputs.shape[0]).expandingAxis(-1)
        return max(Tensor.where(mask, outputs, Tensor.full([], -Double.infinity, dtype: outputs.dtype)), axes: [0])
    }
}

extension RecurrentLayer {
    /// The hidden state of the last layer, its directions side by side: [batch, outputSize].
    func deepest(_ state: RecurrentState) -> Tensor {
        let directions = isBidirectional ? 2 : 1
        let count = state.hidden.shape[0]
        return (count - directions..<count).map { state.hidden[$0] }.joined()
    }
}

extension [Tensor] {
    /// Side by side along the last axis.
    func joined() -> Tensor { count == 1 ? self[0] : concatenate(self, axis: -1) }
}
