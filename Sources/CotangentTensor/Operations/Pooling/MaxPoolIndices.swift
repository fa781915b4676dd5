// Max pooling that also says where the largest stood.

/// ``maxPool1d(_:kernelSize:stride:padding:dilation:roundsUp:)``, and for each window the index (int64) of the winner
/// in its signal.
public func maxPool1dWithIndices(
    _ x: Tensor, kernelSize: SpatialSize, stride: SpatialSize? = nil, padding: Padding = 0, dilation: SpatialSize = 1,
    roundsUp: Bool = false
) -> (values: Tensor, indices: Tensor) {
    maxPoolWithIndices(
        x, rank: 1, kernelSize: kernelSize, stride: stride, padding: padding, dilation: dilation, roundsUp: roundsUp)
}

/// ``maxPool2d(_:kernelSize:stride:padding:dilation:roundsUp:)``, and for each window the index (int64) of the winner
/// in its image: row · width + column. PyTorch's `return_indices`.
public func maxPool2dWithIndices(
    _ x: Tensor, kernelSize: SpatialSize, stride: SpatialSize? = nil, padding: Padding = 0, dilation: SpatialSize = 1,
    roundsUp: Bool = false
) -> (values: Tensor, indices: Tensor) {
    maxPoolWithIndices(
        x, rank: 2, kernelSize: kernelSize, stride: stride, padding: padding, dilation: dilation, roundsUp: roundsUp)
}

/// ``maxPool3d(_:kernelSize:stride:padding:dilation:roundsUp:)``, and for each window the index (int64) of the winner
/// in its volume: (slice · height + row) · width + column.
public func maxPool3dWithIndices(
    _ x: Tensor, kernelSize: SpatialSize, stride: SpatialSize? = nil, padding: Padding = 0, dilation: SpatialSize = 1,
    roundsUp: Bool = false
) -> (values: Tensor, indices: Tensor) {
    maxPoolWithIndices(
        x, rank: 3, kernelSize: kernelSize, stride: stride, padding: padding, dilation: dilation, roundsUp: roundsUp)
}

private func maxPoolWithIndices(
    _ x: Tensor, rank: Int, kernelSize: SpatialSize, stride: SpatialSize?, padding: Padding, dilation: SpatialSize,
    roundsUp: Bool
) -> (values: Tensor, indices: Tensor) {
    do throws(WindowGeometry.Problem) {
        let plan = try PoolingPlan(
            x, rank: rank, kernelSize: kernelSize, stride: stride, padding: padding, dilation: dilation,
            roundsUp: roundsUp)
        let winners = plan.winners()
        let values = plan.maxima(of: x, winners: winners)
        return (values, winners.positions.reshaped(plan.outputShape))
    } catch {
        let y = rejectPooling("maxPool\(rank)dWithIndices", x, error)
        return (y, Tensor(uninitialized: y.shape, .int64))
    }
}
