import CotangentTensor

/// The models of many penalties, from the largest penalty to the smallest.
public struct PenaltyPath: Sendable, RandomAccessCollection {
    /// Descending.
    public let penalties: [Double]
    /// [penalties, outputs, inputs]
    public let weights: Tensor
    /// [penalties, outputs]
    public let biases: Tensor
    /// The duality gaps, as parts of Σ (y − ȳ)² / (2n): how far from the minimum each fit can be at most,
    /// [penalties, outputs], float64. Zeros where fits are exact.
    public let gaps: Tensor
    private let isVector: Bool

    init(_ data: FittingData, penalties: [Double], weights: Tensor, biases: Tensor, gaps: Tensor) {
        self.penalties = penalties
        self.weights = weights.cast(to: data.dtype)
        self.biases = biases.cast(to: data.dtype)
        self.gaps = gaps
        isVector = data.isVector
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { penalties.count }

    /// The model of `penalties[position]`.
    public subscript(position: Int) -> LinearModel {
        LinearModel(weight: weights[position], bias: biases[position], isVector: isVector)
    }
}
