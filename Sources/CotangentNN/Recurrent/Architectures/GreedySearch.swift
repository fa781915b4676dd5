import CotangentTensor

extension EncoderDecoder {
    /// For each source, int64 [time, batch], the sequence of which every token is the likeliest behind those before it.
    ///
    /// - Parameters:
    ///   - lengths: how many tokens of each source count, within 1...time; all by default.
    ///   - maximumLength: of a result, the end token included.
    public func greedy(_ source: Tensor, lengths: [Int]? = nil, maximumLength: Int) -> [Hypothesis] {
        guard maximumLength > 0 else { fail("greedy", "a maximum length of \(maximumLength) must be positive") }
        var sources = encode(source, lengths: lengths)
        let batch = source.shape[1]
        var results = [Hypothesis](
            repeating: Hypothesis(tokens: [], logProbability: 0, score: 0, isComplete: false), count: batch)
        var tokens = Tensor([Int](repeating: startToken, count: batch))
        for _ in 0..<maximumLength where !results.allSatisfy(\.isComplete) {
            let (logits, next) = step(tokens, sources)
            sources = next
            tokens = argmax(logits, axis: -1)
            let picked = gatherAlong(logSoftmax(logits.cast(to: .float64)), tokens.expandingAxis(-1), axis: -1).doubles
            for (row, token) in tokens.ints.enumerated() where !results[row].isComplete {
                results[row].logProbability += picked[row]
                if token == endToken { results[row].isComplete = true } else { results[row].tokens.append(token) }
            }
        }
        for row in results.indices { results[row].score = results[row].logProbability }
        return results
    }
}
