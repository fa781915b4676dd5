import CotangentTensor

extension Vocabulary {
    /// The tokens' indices.
    ///
    /// - Parameters:
    ///   - addingStart, addingEnd: put the special token in front or behind; it must be among ``specials``.
    /// - Throws: ``TextError`` at a token that the vocabulary does not have, unless it has an unknown token, which then
    ///   stands for it.
    public func encode(
        _ tokens: [String], addingStart: Bool = false, addingEnd: Bool = false
    ) throws(TextError) -> [Int] {
        var result: [Int] = []
        result.reserveCapacity(tokens.count + 2)
        if addingStart { result.append(required(.start, "addingStart")) }
        let unknown = self[.unknown]
        for (place, token) in tokens.enumerated() {
            guard let index = self[token] ?? unknown else { throw self.unknown(token, place) }
            result.append(index)
        }
        if addingEnd { result.append(required(.end, "addingEnd")) }
        return result
    }

    /// The indices of a text's tokens: `encode(tokenizer.split(text))`.
    public func encode(
        _ text: String, by tokenizer: Tokenizer, addingStart: Bool = false, addingEnd: Bool = false
    ) throws(TextError) -> [Int] {
        try encode(tokenizer.split(text), addingStart: addingStart, addingEnd: addingEnd)
    }

    /// The tokens' indices as a tensor: int64 [tokens].
    public func tensor(_ tokens: [String]) throws(TextError) -> Tensor { Tensor(try encode(tokens)) }

    /// The tokens of indices.
    ///
    /// - Parameter droppingSpecials: leaves out padding, unknown, start and end.
    /// - Throws: ``TextError`` at an index outside of 0..<count.
    public func decode(
        _ indices: [Int], droppingSpecials: Bool = false
    ) throws(TextError) -> [String] {
        var result: [String] = []
        result.reserveCapacity(indices.count)
        for (place, index) in indices.enumerated() {
            guard tokens.indices.contains(index) else {
                throw TextError(
                    .indexOutside,
                    "index \(index) at position \(place) is not within 0..<\(count), the indices of this vocabulary")
            }
            // The special tokens are the first ones.
            if !droppingSpecials || index >= specials.count { result.append(tokens[index]) }
        }
        return result
    }

    /// The tokens of an int64 tensor of one axis, a sequence of a batch say: `batch[.all, 0]`.
    public func decode(_ indices: Tensor, droppingSpecials: Bool = false) throws(TextError) -> [String] {
        guard indices.dtype == .int64, indices.rank == 1 else {
            fail("Vocabulary.decode", "\(indices.summary): indices are int64 and have one axis")
        }
        return try decode(indices.ints, droppingSpecials: droppingSpecials)
    }

    private func required(_ special: Special, _ option: String) -> Int {
        guard let index = self[special] else {
            fail("Vocabulary.encode", "\(option), and the vocabulary has no .\(special): name it in specials")
        }
        return index
    }

    private func unknown(_ token: String, _ place: Int) -> TextError {
        TextError(
            .unknownToken,
            "token \(quoted(token)) at position \(place) is not among the vocabulary's \(count) tokens: make it with specials: [.unknown], which then stands for it"
        )
    }
}

/// A token as messages show it, with its control characters escaped; of a long one, the beginning.
func quoted(_ token: String) -> String {
    let shown = String(reflecting: String(token.prefix(40)))
    return token.count > 40 ? "\(shown)…" : shown
}
