import CotangentTensor

/// Each query's mean of the values, weighted by how well their keys agree with it: softmax(scale · Q Kᵀ) V.
///
/// - Parameters:
///   - queries: Q, [..., n, d].
///   - keys: K, [..., m, d].
///   - values: V, [..., m, v].
///   - mask: bool, broadcasts to [..., n, m]; false where a query must not look. Each needs one place at least, else
///     its results are NaN.
///   - scale: 1/√d by default.
/// - Returns: the means [..., n, v], and the weights [..., n, m], which add up to 1 over m.
///
/// PyTorch's `scaled_dot_product_attention`. (Vaswani et al., "Attention is all you need", 2017.)
public func scaledDotProductAttention(
    _ queries: Tensor, _ keys: Tensor, _ values: Tensor, mask: Tensor? = nil, scale: Double? = nil
) -> (output: Tensor, weights: Tensor) {
    guard queries.rank >= 2, keys.rank == queries.rank, values.rank == queries.rank,
        let size = queries.shape.last, keys.shape.last == size, values.shape.dropLast() == keys.shape.dropLast()
    else {
        let stand = reject(
            "scaledDotProductAttention",
            "queries are \(queries.summary), keys \(keys.summary), values \(values.summary): they must be [..., n, d], [..., m, d] and [..., m, v]",
            meant: queries)
        return (stand, stand)
    }
    let scores = matmul(queries, keys.transposed) * (scale ?? 1 / Double(size).squareRoot())
    let weights = softmax(masked(scores, mask))
    return (matmul(weights, values), weights)
}

/// The scores with −∞ where the mask, which broadcasts to them, is false: a softmax makes 0 of it, without a gradient.
func masked(_ scores: Tensor, _ mask: Tensor?) -> Tensor {
    mask.map { Tensor.where($0, scores, Tensor.full([], -Double.infinity, dtype: scores.dtype)) } ?? scores
}
