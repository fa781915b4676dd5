import CotangentTensor

/// How a query q and a state h of what was read are compared.
public enum AttentionScore: Sendable, Hashable {
    /// qᵀ h, divided by √size where `scaled`; where their sizes differ qᵀ W h, which Luong et al. call "general". Taken
    /// behind the decoder's recurrence (Luong, Pham, Manning, 2015).
    case dotProduct(scaled: Bool = true)
    /// vᵀ tanh(W q + U h). Taken before the decoder's step, which reads the context along with the token (Bahdanau,
    /// Cho, Bengio, 2015).
    case additive
}

/// Where to look in a sequence that was read: for each query the mean of the sequence's states, weighted by
/// softmax(score(q, hᵢ)) over i.
///
/// ```swift
/// let attention = Attention(querySize: 64, memorySize: 128, .additive, using: &generator)
/// let memory = attention.memory(states, lengths: lengths)       // states [time, batch, 128]
/// let (context, weights) = attention(queries, memory)           // queries [steps, batch, 64]
/// ```
/// Parameters, none of them with a bias: `key.weight`, U or the "general" W (none where sizes agree); of an additive
/// one `query.weight`, W, and `energy.weight`, v.
public struct Attention: Module {
    public let score: AttentionScore
    public let query: Linear?
    public let key: Linear?
    public let energy: Linear?

    /// - Parameter hiddenSize: of the additive score's tanh; `querySize` by default.
    public init(
        querySize: Int, memorySize: Int, _ score: AttentionScore = .dotProduct(), hiddenSize: Int? = nil,
        dtype: DType = .float32, using generator: inout PhiloxGenerator
    ) {
        func linear(_ inputSize: Int, _ outputSize: Int) -> Linear {
            Linear(inputSize, outputSize, bias: false, dtype: dtype, using: &generator)
        }
        self.score = score
        switch score {
        case .dotProduct:
            query = nil
            key = querySize == memorySize ? nil : linear(memorySize, querySize)
            energy = nil
        case .additive:
            let hiddenSize = hiddenSize ?? querySize
            query = linear(querySize, hiddenSize)
            key = linear(memorySize, hiddenSize)
            energy = linear(hiddenSize, 1)
        }
    }

    /// What was read, [time, batch, memorySize], made ready for any number of queries.
    ///
    /// - Parameter lengths: how many steps of each sequence count, within 1...time; all by default. Nobody looks
    ///   beyond.
    public func memory(_ states: Tensor, lengths: [Int]? = nil) -> AttentionMemory {
        guard states.rank == 3 else {
            let stand = reject(
                "Attention", "the states are \(states.summary), not [time, batch, features]", meant: [1, 1, 1],
                states.dtype)
            return AttentionMemory(keys: stand, values: stand, mask: nil)
        }
        let values = states.swappingAxes(0, 1)
        if let index = lengths?.firstIndex(of: 0) {
            fail("Attention", "sequence \(index) has no steps to look at")
        }
        let mask = stepMask("Attention", lengths, nil, time: states.shape[0], batch: states.shape[1])
        return AttentionMemory(keys: key?(values) ?? values, values: values, mask: mask?.transposed.expandingAxis(1))
    }

    /// Queries [steps, batch, querySize] → contexts [steps, batch, memorySize] and weights [steps, batch, time], which
    /// add up to 1 over time.
    public func callAsFunction(_ queries: Tensor, _ memory: AttentionMemory) -> (context: Tensor, weights: Tensor) {
        let batched = queries.swappingAxes(0, 1)
        let context: Tensor
        let weights: Tensor
        if let query, let energy {
            // [batch, steps, 1, hidden] + [batch, 1, time, hidden]
            let sums = query(batched).expandingAxis(2) + memory.keys.expandingAxis(1)
            weights = softmax(masked(energy(tanh(sums)).squeezed(axes: [-1]), memory.mask))
            context = matmul(weights, memory.values)
        } else {
            (context, weights) = scaledDotProductAttention(
                batched, memory.keys, memory.values, mask: memory.mask,
                scale: score == .dotProduct(scaled: false) ? 1 : nil)
        }
        return (context.swappingAxes(0, 1), weights.swappingAxes(0, 1))
    }
}

/// What an ``Attention`` looks at.
public struct AttentionMemory: Sendable {
    /// [batch, time, features]
    let keys: Tensor
    let values: Tensor
    /// bool [batch, 1, time]
    let mask: Tensor?

    /// That of the sequences at `rows` of the batch, in that order; a row may be taken several times.
    public func selecting(_ rows: [Int]) -> AttentionMemory {
        let rows = Tensor(rows)
        return AttentionMemory(
            keys: gather(keys, rows), values: gather(values, rows), mask: mask.map { gather($0, rows) })
    }
}
