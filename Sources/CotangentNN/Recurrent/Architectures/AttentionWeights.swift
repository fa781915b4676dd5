import CotangentTensor

extension EncoderDecoder {
    /// Where the decoder looks while it writes `targets`: α [steps, batch, time], which add up to 1 over the source's
    /// time and are 0 beyond its length.
    ///
    /// Sources, targets and lengths are as for a call: the targets do not begin with the start token, and the weights at
    /// step t belong to the token that is told there. To see how a sequence came about that a search has found, give its
    /// tokens and the end token. A model without attention traps.
    ///
    /// ```swift
    /// let best = model.greedy(source, maximumLength: 50)[0]
    /// let weights = model.attentionWeights(source, Tensor(best.tokens + [end]).expandingAxis(1))[.all, 0]
    /// ```
    public func attentionWeights(_ source: Tensor, _ targets: Tensor, sourceLengths: [Int]? = nil) -> Tensor {
        guard let attention else { fail("attentionWeights", "the model was made without attention") }
        guard let previous = previous(source, targets) else { return rejectTargets(source, targets) }
        var sources = encode(source, lengths: sourceLengths)
        if attention.score != .additive { return decode(previous, sources).weights! }
        let steps = (0..<previous.shape[0]).map { step in
            let (_, state, weights) = decode(previous[step].expandingAxis(0), sources)
            sources.state = state
            return weights!
        }
        return concatenate(steps)
    }
}
