import CotangentTensor

/// How a recurrent network reads tokens.
public enum TokenEncoding: Sendable {
    /// As a trained vector each, of the recurrence's input size.
    case embedding
    /// As a vector with a 1 at the token's place and 0 elsewhere; the recurrence's input size is the vocabulary's.
    case oneHot
}

/// A table for vectors of `size`, or nil where tokens are one-hot.
func tokenTable(
    _ name: String, _ encoding: TokenEncoding, vocabularySize: Int, size: Int, initializer: Initializer = .normal(),
    dtype: DType, using generator: inout PhiloxGenerator
) -> Embedding? {
    switch encoding {
    case .embedding:
        guard size > 0 else { fail(name, "the tokens' vectors would be of size \(size)") }
        return Embedding(vocabularySize, size, initializer: initializer, dtype: dtype, using: &generator)
    case .oneHot:
        guard size == vocabularySize else {
            fail(name, "one-hot tokens of a vocabulary of \(vocabularySize) go into a recurrence that reads \(size)")
        }
        return nil
    }
}

/// int64 [...] → [..., size]
func tokenVectors(_ tokens: Tensor, _ table: Embedding?, vocabularySize: Int, _ dtype: DType) -> Tensor {
    table?(tokens) ?? oneHot(tokens, classes: vocabularySize, dtype: dtype)
}

extension Linear {
    /// A layer whose weight is another layer's too.
    init(sharing weight: Parameter, bias: Parameter?) {
        self.weight = weight
        self.bias = bias
    }
}
